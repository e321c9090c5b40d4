/**
 * An agent without an SDK that plays a script and writes down every message it gets. What a step leads to is kept apart
 * from the next step by a barrier: a request after which the server says something that is easily told from all else.
 */
import { waitFor } from "../../fixtures/wait.ts";
import type { Message, Wire } from "./wire.ts";

/** An agent's answer to a question of the server. */
export type Reply = { readonly result: unknown } | { readonly error: unknown };

export interface Step {
  readonly name: string;
  readonly method: string;
  readonly params?: unknown;
  /** A notification has no answer. */
  readonly isNotification?: boolean;
  /** Another id than the next number. */
  readonly id?: string;
  /** Taken back as soon as it is sent: no answer comes. */
  readonly cancelled?: boolean;
  /** Answers to the questions that come in this step, by method; else {@link REPLIES}. */
  readonly replies?: Readonly<Record<string, Reply>>;
  /** The step is not over before such a message came. */
  readonly until?: (message: Message) => boolean;
  /** The level is such that the barrier's notice does not come. */
  readonly isMuted?: boolean;
}

/** What one step brought. */
export interface Heard {
  readonly step: string;
  /** Questions, progress and the answer, in the order in which they came. */
  readonly inOrder: readonly Message[];
  /** Other notifications, whose order towards the rest is nobody's promise. */
  readonly besides: readonly Message[];
}

const CAPABILITIES = {
  roots: { listChanged: true },
  sampling: { tools: {}, context: {} },
  elicitation: { form: { applyDefaults: true }, url: {} },
  tasks: { list: {}, cancel: {}, requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } },
  experimental: { "example.org/any": { depth: 3 } },
};

const TASK = {
  taskId: "task-of-the-agent",
  status: "working",
  ttl: 60_000,
  createdAt: "2026-01-01T00:00:00Z",
  lastUpdatedAt: "2026-01-01T00:00:00Z",
  pollInterval: 10,
};

const SAMPLED = { role: "assistant", content: { type: "text", text: "Sampled: déjà vu 🚪" }, model: "m-1" };

/** What the agent answers unless a step says otherwise. */
const REPLIES: Readonly<Record<string, Reply>> = {
  "roots/list": { result: { roots: [{ uri: "file:///home/one", name: "One" }] } },
  "sampling/createMessage": { result: { ...SAMPLED, stopReason: "endTurn" } },
  "elicitation/create": { result: { action: "accept", content: { name: "Ada", integer: 7, number: 2.5 } } },
  "tasks/get": { result: { ...TASK, status: "completed", statusMessage: "Thought about it" } },
  ping: { result: {} },
};

/** A task's id is the server's own: as a `taskId` this stands for the newest one. */
export const NEWEST_TASK = "<the newest task>";

const LIMIT = 60_000;
const BARRIER = "barrier:";

/** The reference server gives the agent's listening stream this long before it asks for the roots. */
const ROOTS_AFTER = 350;
/** The hub gives its own answer to `initialize` after this time. */
const PATIENCE = 3_000;

/** Null: this machine was too slow for what server and hub do by the clock, and it has to be tried again. */
export async function play(wire: Wire, script: readonly Step[]): Promise<Heard[] | null> {
  const heard: Heard[] = [];
  const answers = new Map<unknown, Message>();
  const barriers = new Set<string>();
  let inOrder: Message[] = [];
  let besides: Message[] = [];
  let replies: Readonly<Record<string, Reply>> = {};
  let count = 0;
  let newestTask = "";

  wire.onMessage = (message) => {
    const { id, method } = message;
    if (typeof id === "string" && id.startsWith(BARRIER)) return void answers.set(id, message);
    const barrier = barrierIn(message);
    if (barrier !== null) return void barriers.add(barrier);
    if (method === undefined) answers.set(id, message);
    newestTask = (message.result as { task?: { taskId?: string } } | undefined)?.task?.taskId ?? newestTask;
    if (id !== undefined || method === "notifications/progress") inOrder.push(message);
    else besides.push(message);
    if (method === undefined || id === undefined) return;
    const asked = (message.params ?? {}) as { task?: unknown };
    const reply = replies[String(method)] ?? (asked.task === undefined ? undefined : { result: { task: TASK } });
    void wire.send({ jsonrpc: "2.0", id, ...(reply ?? REPLIES[String(method)] ?? unknownQuestion()) });
  };
  const answerTo = (id: unknown): Promise<Message> =>
    waitFor(`the answer to ${JSON.stringify(id)}`, () => answers.get(id), LIMIT);
  /** All that the server said before has arrived. */
  const barrier = async (isMuted = false): Promise<void> => {
    const uri = `${BARRIER}${++count}`;
    await wire.send({ jsonrpc: "2.0", id: uri, method: "resources/unsubscribe", params: { uri } });
    await answerTo(uri);
    if (!isMuted) await waitFor(`the notice of ${uri}`, () => (barriers.has(uri) ? true : undefined), LIMIT);
  };
  const close = (step: string): void => {
    heard.push({ step, inOrder, besides });
    inOrder = [];
    besides = [];
  };

  const began = performance.now();
  await wire.send({
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: CAPABILITIES,
      clientInfo: { name: "raw-agent", title: "Raw Agent", version: "1.2.3" },
    },
  });
  const { result } = await answerTo(0);
  if (performance.now() - began > PATIENCE) return null;
  wire.negotiated(String((result as Message | undefined)?.protocolVersion));
  await wire.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  const listening = performance.now();
  // What is said while nobody listens yet is lost, the barrier's notice as well as anything.
  const first = await waitFor("the first notice", async () => {
    const uri = `${BARRIER}${++count}`;
    await wire.send({ jsonrpc: "2.0", id: uri, method: "resources/unsubscribe", params: { uri } });
    await answerTo(uri);
    return barriers.size > 0 ? performance.now() : undefined;
  });
  if (first - listening > ROOTS_AFTER / 2) return null;
  await waitFor("the roots to be known", () => besides.find(rootsUpdated), LIMIT);
  await barrier();
  // Which of these came depends on when the stream was there: what they tell of is listed below.
  besides = besides.filter(({ method }) => method !== "notifications/tools/list_changed");
  close("handshake");

  let next = 0;
  for (const step of script) {
    replies = step.replies ?? {};
    const id = step.isNotification === true ? undefined : (step.id ?? ++next);
    const { method } = step;
    const params = isForNewestTask(step.params) ? { taskId: newestTask } : step.params;
    await wire.send({
      jsonrpc: "2.0",
      ...(id === undefined ? {} : { id }),
      method,
      ...(params === undefined ? {} : { params }),
    });
    if (step.cancelled === true)
      await wire.send({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: id, reason: "no longer" },
      });
    else if (id !== undefined) await answerTo(id);
    const { until } = step;
    if (until !== undefined) await waitFor(step.name, () => [...inOrder, ...besides].find(until), LIMIT);
    await barrier(step.isMuted);
    close(step.name);
  }
  return heard;
}

export function rootsUpdated({ method, params }: Message): boolean {
  return method === "notifications/message" && JSON.stringify(params).includes("Roots updated");
}

function isForNewestTask(params: unknown): boolean {
  return typeof params === "object" && params !== null && "taskId" in params && params.taskId === NEWEST_TASK;
}

function barrierIn({ method, params }: Message): string | null {
  if (method !== "notifications/message") return null;
  return /barrier:\d+/.exec(String((params as Message | undefined)?.data))?.[0] ?? null;
}

function unknownQuestion(): Reply {
  return { error: { code: -32601, message: "Method not found" } };
}
