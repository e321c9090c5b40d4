/** What a session has around it, spoken for by the test. */
import type { EndedCall } from "../../../main/activity/calls.ts";
import type { GatehouseError } from "../../../main/errors.ts";
import type { KnownServer } from "../../../main/hub/provisional.ts";
import type { CallBook, SessionHost } from "../../../main/hub/session-host.ts";
import type { Era, Upstream, UpstreamEvents } from "../../../main/upstream/upstream.ts";
import { peek } from "../../../shim/scan.ts";

export type Json = Record<string, unknown>;

/** What is not JSON inside is kept as text. */
function read(line: Buffer): Json {
  try {
    return JSON.parse(line.toString()) as Json;
  } catch {
    return { text: line.toString() };
  }
}

/** A server session that the test speaks for. */
export class ScriptedUpstream implements Upstream {
  readonly sent: Json[] = [];
  closed = false;
  version: string | null = null;
  readonly events: UpstreamEvents;
  readonly era: Era;
  constructor(events: UpstreamEvents, era: Era) {
    this.events = events;
    this.era = era;
  }
  send(message: Buffer): void {
    this.sent.push(read(message));
  }
  resumptions = 0;
  resumed(): void {
    this.resumptions++;
  }
  negotiated(version: string): void {
    this.version = version;
  }
  paused = false;
  setPaused(paused: boolean): void {
    this.paused = paused;
  }
  async close(): Promise<void> {
    this.closed = true;
  }
  say(message: Json): void {
    const line = Buffer.from(JSON.stringify(message));
    this.events.message(line, peek(line));
  }
  /** Answers the handshake that the session made. */
  accept(capabilities: Json = { tools: {} }): void {
    const { id } = this.sent.find(({ method }) => method === "initialize") as { id: string };
    this.say({
      jsonrpc: "2.0",
      id,
      result: { protocolVersion: "2025-06-18", capabilities, serverInfo: { name: "real", version: "1" } },
    });
  }
}

/** What the sessions of a test share, and what they told it. */
export class World {
  blocked: GatehouseError | null = null;
  known: KnownServer | null = null;
  readonly upstreams: ScriptedUpstream[] = [];
  readonly learned: KnownServer[] = [];
  readonly agent: Json[] = [];
  readonly asked: string[] = [];
  readonly reported: string[] = [];
  readonly opens: boolean[] = [];
  readonly calls: EndedCall[] = [];

  readonly host: SessionHost = {
    name: "github",
    connectLimit: 30_000,
    blocked: () => this.blocked,
    open: (events, era) => {
      const upstream = new ScriptedUpstream(events, era);
      this.upstreams.push(upstream);
      return upstream;
    },
    known: () => this.known,
    learned: (known) => this.learned.push(known),
    listedTools: () => {},
    opensWithoutSignIn: (does) => this.opens.push(does),
    asked: (name, tool) => this.asked.push(tool === null ? name : `${name}: ${tool}`),
    need: (cause) => this.blocked ?? cause,
    report: (error) => this.reported.push(error.code),
    changed: () => {},
    calls: this.#book(),
  };

  readonly port = { write: (line: Buffer): void => void this.agent.push(read(line)) };

  keepsArguments = false;

  #book(): CallBook {
    const keeps = (): boolean => this.keepsArguments;
    return {
      server: "github",
      account: "default",
      get keepsArguments() {
        return keeps();
      },
      add: (call) => this.calls.push(call),
    };
  }

  /** The newest. */
  get upstream(): ScriptedUpstream {
    const upstream = this.upstreams.at(-1);
    if (upstream === undefined) throw new Error("no server session was opened");
    return upstream;
  }
}
