/** An agent's end of a session with a server, without a hub between: what the agent sends, and all that it gets. */
import type { RemoteServer, ServerConfig } from "../../../main/config/types.ts";
import type { GatehouseError } from "../../../main/errors.ts";
import { type Credentials, NO_PERMIT } from "../../../main/ports.ts";
import { openUpstream } from "../../../main/upstream/open.ts";
import type { Era, Spoken } from "../../../main/upstream/upstream.ts";
import { peek } from "../../../shim/scan.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";

export const silent = { debug() {}, info() {}, warn() {}, error() {} };
export const NOBODY: Credentials = {
  permit: async () => NO_PERMIT,
  refused: async () => "sign_in",
  accepted() {},
  heard() {},
};

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface Meeting {
  readonly era?: Era;
  readonly capabilities?: object;
  readonly protocolVersion?: string;
  readonly credentials?: Credentials;
  readonly remembered?: Spoken | null;
  /** The `result` (or the whole `error`) with which the agent answers a question of the server. */
  readonly answer?: (question: Message) => object | undefined;
}

export const remote = (url: string, given: Partial<RemoteServer> = {}): RemoteServer =>
  ({ name: "s", type: "auto", protocol: "auto", url, headers: {}, ...given }) as RemoteServer;

export const MODERN_META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "tester", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {}, roots: {} },
};

export function meet(server: ServerConfig, meeting: Meeting = {}) {
  const { era = "legacy", capabilities = { elicitation: {}, roots: {} }, protocolVersion = "2025-06-18" } = meeting;
  const lines: string[] = [];
  const received: (Message & { readonly about: string | null })[] = [];
  const failures = new Map<string, GatehouseError>();
  const closed: GatehouseError[] = [];
  const eras: (Spoken | null)[] = [];
  let remembered = meeting.remembered ?? null;
  const upstream = openUpstream({
    server,
    era,
    memory: {
      get: () => remembered,
      set: (found) => {
        remembered = found;
        eras.push(found);
      },
    },
    events: {
      message: (line, _peeked, about = null) => {
        lines.push(line.toString());
        const message = JSON.parse(line.toString()) as Message;
        received.push({ ...message, about });
        if (message.method === undefined || message.id === undefined) return;
        const answer = meeting.answer?.(message);
        if (answer !== undefined)
          send({ id: message.id, ...("code" in answer ? { error: answer } : { result: answer }) });
      },
      untaken() {},
      failed: (id, error) => void failures.set(id, error),
      closed: (error) => void closed.push(error),
    },
    credentials: () => meeting.credentials ?? NOBODY,
    clock: { now: () => Date.now() },
    log: silent,
    env: process.env,
  });
  use({ close: () => upstream.close() });
  const send = (message: object): void => {
    const line = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    upstream.send(line, peek(line));
  };
  let sent = 0;
  /** Resolves with the answer; rejects with the error that there is none for. */
  const ask = async (method: string, params?: object): Promise<Message> => {
    const id = ++sent;
    send({ id, method, ...(params === undefined ? {} : { params }) });
    return await answerTo(id);
  };
  const answerTo = async (id: unknown): Promise<Message> =>
    await waitFor(`the answer to ${id}`, () => {
      const failure = failures.get(JSON.stringify(id));
      if (failure !== undefined) throw failure;
      return received.find((message) => message.method === undefined && message.id === id);
    });
  const shake = async (): Promise<Message> => {
    const clientInfo = { name: "tester", version: "1" };
    const answer = await ask("initialize", { protocolVersion, capabilities, clientInfo });
    if (answer.result !== undefined) {
      upstream.negotiated(String(answer.result.protocolVersion));
      send({ method: "notifications/initialized" });
    }
    return answer;
  };
  const heard = (method: string) => waitFor(method, () => received.find((message) => message.method === method));
  return { upstream, lines, received, failures, closed, eras, send, ask, answerTo, shake, heard };
}
