/** What one agent hears from the hub in the server's place, and what it was thereby led to believe. */
import type { GatehouseError } from "../errors.ts";
import { errorLine, parseMessage, record, resultLine } from "../jsonrpc.ts";
import type { Era } from "../upstream/upstream.ts";
import { modernResult } from "./modern.ts";
import { alreadySignedIn, emptyList, SIGN_IN_TOOL, signInTool, signInToolResult } from "./provisional.ts";

/** Whose lists are true at the moment. */
export type Whose = "ours" | "server's";

export class StandIn {
  readonly #server: string;
  /** Whose lists the agent holds, as far as it was told. */
  #holds: "nothing" | Whose | "outdated";
  /** The handshake that the agent got may promise more than the server has. */
  #promised: boolean;
  #offeredSignIn = false;
  /** The agent's. */
  era: Era = "legacy";

  /** `resumed`: the agent had its handshake from an earlier hub, so nobody knows what it holds. */
  constructor(server: string, resumed: boolean) {
    this.#server = server;
    this.#holds = resumed ? "outdated" : "nothing";
    this.#promised = resumed;
  }

  /** The agent was told by others that its lists are out of date. */
  told(): void {
    this.#holds = "nothing";
  }

  /** A result of ours, in the form of the agent's era. */
  answer(id: string, method: string, result: unknown): Buffer {
    return resultLine(id, this.era === "modern" ? modernResult(method, result) : result);
  }

  /** The agent's handshake was answered. */
  introduced(by: Whose): void {
    if (by === "ours") this.#promised = true;
    if (this.#holds === "nothing") this.#holds = by;
  }

  /** The server session that the agent's lists came from is no more. */
  outdate(): void {
    if (this.#holds !== "nothing") this.#holds = "outdated";
  }

  /** Methods of the `list_changed` notifications that the agent is owed now. */
  notices(now: Whose): string[] {
    if (this.#holds === "nothing" || this.#holds === now) return [];
    this.#holds = now;
    return ["tools", "prompts", "resources"].map((list) => `notifications/${list}/list_changed`);
  }

  /**
   * The answer to a request that cannot reach the server. `line`: the request, where its parameters matter. `note`: goes with
   * what the sign-in tool says.
   */
  instead(id: string, method: string, line: Buffer | null, error: GatehouseError, note: string | null = null): Buffer {
    if (method === "ping") return this.answer(id, method, {});
    if (needsPerson(error)) {
      if (method === "logging/setLevel") return this.answer(id, method, {});
      const list = method === "tools/list" ? { tools: [signInTool(this.#server)] } : emptyList(method);
      if (list !== null) {
        this.#offeredSignIn ||= method === "tools/list";
        this.#holds = "ours";
        return this.answer(id, method, list);
      }
      if (method === "tools/call" && line !== null && toolName(line) === SIGN_IN_TOOL)
        return this.answer(id, method, signInToolResult(error.toObject(), note));
    }
    return errorLine(id, error);
  }

  /** The result that the hub gives although the server is there; null: the server is to be asked. */
  beside(method: string, line: Buffer, capabilities: Readonly<Record<string, unknown>>): unknown {
    if (this.#offeredSignIn && method === "tools/call" && toolName(line) === SIGN_IN_TOOL)
      return alreadySignedIn(this.#server);
    if (!this.#promised || capabilities[method.slice(0, method.indexOf("/"))] !== undefined) return null;
    // Our handshake promised what this server does not have: an empty list is the truth, an error is noise.
    return method === "logging/setLevel" ? {} : emptyList(method);
  }
}

/** Errors that only a person can lift, at the desktop: the agent is told what to say instead of being failed. */
export function needsPerson(error: GatehouseError): boolean {
  switch (error.code) {
    case "sign_in_required":
    case "vault_unavailable":
    case "vault_locked":
    case "vault_unreadable":
      return true;
    default:
      return false;
  }
}

function toolName(line: Buffer): string | null {
  if (!line.includes(SIGN_IN_TOOL)) return null;
  const { name } = record(parseMessage(line)?.params);
  return typeof name === "string" ? name : null;
}
