/** The hub dies without a word while many agents call: every call is answered once, none runs twice, and all go on. */
import { expect, test } from "vitest";
import type { ErrorObject } from "../../../preload/api.ts";
import { readRecord } from "../../../shim/endpoint.ts";
import { LineSplitter } from "../../../shim/frame.ts";
import { startChild } from "../../fixtures/children.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { environment, programFile } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";
import { configured } from "./parts.ts";

const AGENTS = configured("LOAD_AGENTS", 5);
const CALLS = configured("LOAD_CALLS", 200);
/** Calls of each agent that have no answer yet, at any time. */
const OUTSTANDING = 4;
const LIMIT_MS = 120_000;

interface Message {
  readonly id?: unknown;
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
  readonly error?: { readonly data?: ErrorObject };
}

interface CallLog {
  readonly text: string;
  readonly sentAt: number;
  readonly answers: { readonly at: number; readonly result: string | null; readonly code: string | null }[];
}

/** An agent of a few lines, so that nothing but the shim can hide, repeat or repair an answer. */
function startRawAgent(home: Home, name: string) {
  const child = use(
    closable(
      startChild(process.execPath, [programFile(), "connect", "acme"], {
        env: environment({ home: home.path, env: PLAIN }),
        cwd: home.path,
        stdio: ["pipe", "pipe", "pipe"],
      }),
    ),
  );
  const { stdin, stdout } = child.process;
  const calls: CallLog[] = [];
  const strange: Message[] = [];
  let onAnswer: () => void = () => {};
  let ended: number | string | null = null;
  void child.exited.then((code) => {
    ended = code;
  });
  const lines = new LineSplitter(
    (line) => {
      const message = JSON.parse(line.toString("utf8")) as Message;
      if (message.id === "hello") return onAnswer();
      const call = typeof message.id === "number" ? calls[message.id] : undefined;
      if (call === undefined) return void ("id" in message && strange.push(message));
      call.answers.push({
        at: performance.now(),
        result: message.result?.content?.[0]?.text ?? null,
        code: message.error?.data?.code ?? null,
      });
      onAnswer();
    },
    () => {},
  );
  stdout?.on("data", (chunk: Buffer) => lines.push(chunk));
  const say = (message: object): void => void stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const answered = (): Promise<void> =>
    new Promise((resolve) => {
      onAnswer = resolve;
    });
  const call = (): void => {
    const text = `${name}/${calls.length}`;
    say({ id: calls.length, method: "tools/call", params: { name: "echo", arguments: { text } } });
    calls.push({ text, sentAt: performance.now(), answers: [] });
  };
  return {
    calls,
    strange,
    ended: () => ended,
    async greet() {
      const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name, version: "1" } };
      say({ id: "hello", method: "initialize", params });
      await answered();
      say({ method: "notifications/initialized" });
    },
    /** Goes on from where it was until so many calls are answered. */
    async run(count: number, onAnswered: () => void = () => {}) {
      for (let done = calls.length; done < count; done++) {
        while (calls.length < Math.min(count, done + OUTSTANDING)) call();
        const openCalls = (): number => calls.filter(({ answers }) => answers.length === 0).length;
        while (openCalls() > calls.length - done - 1) await answered();
        onAnswered();
      }
    },
  };
}

function closable(child: ReturnType<typeof startChild>) {
  return Object.assign(child, { close: () => child.stop() });
}

test(`killed in the middle of ${CALLS} calls from ${AGENTS} agents`, { timeout: LIMIT_MS + 60_000 }, async () => {
  const acme = use(await startProtectedServer());
  const home = use(makeHome({ acme: { url: acme.url } }));
  const agents = Array.from({ length: AGENTS }, (_, number) => startRawAgent(home, `agent-${number}`));
  await Promise.all(agents.map((agent) => agent.greet()));

  const first = readRecord(home.path)?.pid as number;
  let answered = 0;
  let killedAt = 0;
  const each = CALLS / AGENTS;
  // All of them stand in the middle when it happens.
  await Promise.all(agents.map((agent) => agent.run(each / 2)));
  await Promise.all(
    agents.map((agent) =>
      agent.run(each, () => {
        if (++answered !== AGENTS) return;
        killedAt = performance.now();
        process.kill(first, "SIGKILL");
      }),
    ),
  );

  const calls = agents.flatMap((agent) => agent.calls);
  expect(calls).toHaveLength(CALLS);
  expect(calls.filter(({ answers }) => answers.length !== 1)).toEqual([]);
  expect(agents.flatMap(({ strange }) => strange)).toEqual([]);
  const runs = new Map<unknown, number>();
  for (const { args } of acme.calls) runs.set(args.text, (runs.get(args.text) ?? 0) + 1);
  expect([...runs].filter(([, times]) => times > 1)).toEqual([]);
  const done = calls.filter(({ text, answers }) => answers[0]?.result === text);
  const lost = calls.filter(({ answers }) => answers[0]?.code === "hub_restarted");
  expect(done.length + lost.length).toBe(CALLS);
  expect(done.filter(({ text }) => runs.get(text) !== 1)).toEqual([]);
  // It was hit in the middle: requests were on their way, though no more than there can be.
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThanOrEqual(AGENTS * OUTSTANDING);

  expect(agents.map((agent) => agent.ended())).toEqual(agents.map(() => null));
  const second = readRecord(home.path)?.pid;
  expect(second).not.toBe(first);
  await waitFor("one hub", () => (home.processes().length === AGENTS + 1 ? true : undefined));

  const wentOn = agents.map((agent) => {
    const later = agent.calls.filter(({ sentAt }) => sentAt > killedAt).flatMap(({ answers }) => answers);
    return Math.min(...later.filter(({ result }) => result !== null).map(({ at }) => at)) - killedAt;
  });
  const slowest = Math.max(...wentOn);
  console.log(
    `${CALLS} calls, ${AGENTS} agents: ${done.length} done, ${lost.length} told hub_restarted, none run twice; ` +
      `the last agent went on ${Math.round(slowest)} ms after the kill.`,
  );
  // On an idle machine well under two seconds.
  expect(slowest).toBeLessThan(LIMIT_MS);
});
