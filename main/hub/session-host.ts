/** What a session is given: the server that it belongs to, and the agent that it serves. */
import type { EndedCall } from "../activity/calls.ts";
import type { GatehouseError } from "../errors.ts";
import type { Era, Upstream, UpstreamEvents } from "../upstream/upstream.ts";
import type { KnownServer } from "./provisional.ts";

/** What a session asks of the server that it belongs to. */
export interface SessionHost {
  readonly name: string;
  /** Milliseconds that the server may take for its handshake. */
  readonly connectLimit: number;
  /** Why no connection can work now (off, invalid, nobody signed in); null when one may. */
  blocked(): GatehouseError | null;
  /** `era`: the agent's. */
  open(events: UpstreamEvents, era: Era): Upstream;
  known(): KnownServer | null;
  /** The server answered a handshake. */
  learned(known: KnownServer): void;
  /** Whether the server takes a handshake from somebody who is not signed in, and refuses only what comes after it. */
  opensWithoutSignIn(does: boolean): void;
  listedTools(count: number): void;
  /** The need of a person as one error, the same for everybody for as long as the need lasts. */
  need(cause: GatehouseError): GatehouseError;
  /** The agent met the need to sign in, or to allow more; `tool`: that it called, null: not known. */
  asked(agent: string, tool: string | null): void;
  /** A page at which the person can sign in, for one time; absent or null: there is none. Rejects when it cannot be served. */
  signInPage?(): Promise<string | null>;
  /** An error that the agent gets, or that keeps the session from the server. */
  report(error: GatehouseError): void;
  /** Anything that the snapshot shows changed. */
  changed(): void;
  /** Takes what became of the agent's requests; null: that is noted elsewhere. */
  readonly calls: CallBook | null;
}

/** Where the ended requests of a server's sessions are noted. */
export interface CallBook {
  readonly server: string;
  readonly account: string;
  /** Whether arguments are recorded now. */
  readonly keepsArguments: boolean;
  add(call: EndedCall): void;
}

/** The agent's end. */
export interface AgentPort {
  write(line: Buffer): void;
}
