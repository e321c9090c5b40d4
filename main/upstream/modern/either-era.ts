/**
 * A server of which nobody may know yet how it speaks. With the agent's handshake it finds out, remembers it, and from then
 * on stands aside (MCP 2026-07-28 versioning, backward compatibility).
 */
import { type Peek, peek } from "../../../shim/scan.ts";
import type { Protocol } from "../../config/types.ts";
import { GatehouseError } from "../../errors.ts";
import { resultLine, rpcErrorLine } from "../../jsonrpc.ts";
import { badAnswer, sessionLost } from "../failures.ts";
import { member } from "../splice.ts";
import type { Era, EraMemory, Upstream, UpstreamEvents } from "../upstream.ts";
import { Discovery, noCommonVersion, type Outcome } from "./discovery.ts";
import { LegacyAgent } from "./legacy-agent.ts";
import { ModernAgent } from "./modern-agent.ts";
import { ModernLink } from "./modern-link.ts";
import {
  type Discovered,
  type Introduction,
  initializeAnswer,
  introductionOf,
  listsLegacy,
  MODERN_VERSIONS,
} from "./protocol.ts";

export interface EitherEraOptions {
  readonly name: string;
  readonly protocol: Protocol;
  /** The agent's. */
  readonly era: Era;
  readonly memory: EraMemory;
  readonly events: UpstreamEvents;
  readonly wires: Wires;
}

/** What carries messages to the server. Each wire that is opened takes the place of the one before it. */
export interface Wires {
  readonly isLocal: boolean;
  legacy(events: UpstreamEvents): Upstream;
  modern(events: UpstreamEvents): Upstream;
  /** Milliseconds that a server may take to say whether it is a modern one. */
  readonly patience: number;
}

interface Handshake {
  readonly message: Buffer;
  readonly peeked: Peek;
  readonly id: string;
}

/** Why one of the eras did not do. */
type Trouble = GatehouseError | { readonly line: Buffer; readonly peeked: Peek };

export class EitherEra implements Upstream {
  readonly #options: EitherEraOptions;
  #closed = false;
  #isPaused = false;
  /** What messages go through now; while it is being found out, that of the try under way. */
  #inner: Upstream | null = null;
  #settled = false;
  #discovery: Discovery | null = null;
  /** The agent's; nothing happens before it came. */
  #handshake: Handshake | null = null;
  readonly #tried = new Set<Era>();
  #trouble: Trouble | null = null;
  /** The server speaks both, and the agent's own era is tried first. */
  #other: { readonly discovered: Discovered; readonly version: string } | null = null;
  /** What a server that is merely slow seemed to be is not worth remembering. */
  #isCertain = true;
  /** Ids of questions whose answers may still come. */
  readonly #strays = new Set<string>();
  #wires = 0;

  constructor(options: EitherEraOptions) {
    this.#options = options;
  }

  send(message: Buffer, peeked: Peek): void {
    if (this.#closed) return;
    if (this.#settled) return this.#inner?.send(message, peeked);
    const { id, method } = peeked;
    if (method === "initialize" && id !== null && this.#handshake === null) {
      this.#handshake = { message, peeked, id };
      return this.#begin();
    }
    if (id !== null && method !== null) this.#options.events.failed(id, sessionLost(this.#options.name));
  }

  negotiated(protocolVersion: string): void {
    this.#inner?.negotiated(protocolVersion);
  }

  resumed(): void {
    if (this.#settled) this.#inner?.resumed();
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#inner?.setPaused(paused);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#discovery?.cancel();
    await this.#inner?.close();
  }

  #begin(): void {
    const { protocol, memory, wires, era } = this.#options;
    if (protocol === "legacy") return this.#speakLegacy();
    if (protocol !== "auto") return this.#discover();
    const known = memory.get();
    // A program that knows nothing of `server/discover` may take it badly; an unknown web server merely refuses it.
    const first = known === "both" ? era : (known ?? (wires.isLocal ? era : "modern"));
    if (first === "legacy") this.#speakLegacy();
    else this.#discover();
  }

  get #isAuto(): boolean {
    return this.#options.protocol === "auto";
  }

  get #agent(): Introduction {
    return introductionOf(this.#handshake?.message ?? EMPTY);
  }

  /** Opens a wire in place of the last one; what that one still says is not heard. */
  #open(open: (events: UpstreamEvents) => Upstream, events: () => UpstreamEvents): Upstream {
    const mine = ++this.#wires;
    const before = this.#inner;
    const current = (): boolean => !this.#closed && mine === this.#wires;
    const wire = open({
      message: (line, peeked, about = null) => {
        if (!current() || this.#isStray(peeked)) return;
        events().message(line, peeked, about);
      },
      untaken: (line, peeked) => current() && events().untaken(line, peeked),
      failed: (id, error) => current() && events().failed(id, error),
      closed: (error) => current() && events().closed(error),
    });
    void before?.close();
    this.#inner = wire;
    if (this.#isPaused) wire.setPaused(true);
    return wire;
  }

  #isStray({ isAnswer, id }: Peek): boolean {
    return isAnswer && id !== null && this.#strays.size > 0 && this.#strays.delete(id);
  }

  #discover(): void {
    const { wires } = this.#options;
    this.#tried.add("modern");
    let events: UpstreamEvents = {
      message: (line, peeked) => discovery.message(line, peeked),
      untaken: () => {},
      failed: (_id, error) => {
        // A program fails what it was asked only when it ends, and that is told next.
        if (!wires.isLocal) discovery.failed(error);
      },
      closed: (error) => {
        discovery.cancel();
        // Some programs end when they are asked what they do not know.
        if (this.#isAuto && !this.#tried.has("legacy") && wires.isLocal) return this.#speakLegacy();
        this.#options.events.closed(error);
      },
    };
    let wire: Upstream;
    try {
      wire = this.#open(wires.modern, () => events);
    } catch (error) {
      return this.#fail(error as GatehouseError);
    }
    const id = `gatehouse-discover-${this.#wires}`;
    const discovery = new Discovery({
      wire,
      agent: this.#agent,
      id,
      limit: this.#isAuto ? wires.patience : null,
      retriesVersion: wires.isLocal,
      done: (outcome) => {
        if (this.#closed) return;
        this.#discovery = null;
        if (outcome.kind === "late") this.#strays.add(JSON.stringify(id));
        this.#learned(outcome, (discovered, version) => {
          const link = this.#link(wire, discovered, version);
          events = link.fromWire;
          this.#settleModern(link, discovered);
        });
      },
    });
    this.#discovery = discovery;
    discovery.ask();
  }

  #learned(outcome: Outcome, settle: (discovered: Discovered, version: string) => void): void {
    const { memory, era, name } = this.#options;
    const mayBeLegacy = this.#isAuto && !this.#tried.has("legacy");
    switch (outcome.kind) {
      case "modern": {
        const { discovered, version } = outcome;
        const isBoth = !this.#tried.has("legacy") && listsLegacy(discovered.supportedVersions);
        if (this.#isAuto) memory.set(isBoth ? "both" : "modern");
        if (era === "modern" || !mayBeLegacy || !listsLegacy(discovered.supportedVersions))
          return settle(discovered, version);
        this.#other = { discovered, version };
        return this.#speakLegacy();
      }
      case "no_common_version":
        if (mayBeLegacy && listsLegacy(outcome.versions)) return this.#speakLegacy();
        return this.#fail(noCommonVersion(name, outcome.versions));
      case "refused": {
        const { code, message, data } = outcome.error;
        const line = rpcErrorLine(this.#id, Number(code), String(message), data);
        return this.#fail({ line, peeked: peek(line) });
      }
      case "failed": {
        const { error } = outcome;
        // Some servers of the legacy era take a handshake from anybody, and want a sign-in for whatever else.
        const mayBeOpen = error.code === "sign_in_required" && mayBeLegacy && memory.get() === null;
        if (!mayBeOpen) return this.#fail(error);
        this.#trouble = error;
        return this.#speakLegacy();
      }
      default: {
        const known = memory.get();
        if (this.#isAuto && (known === "modern" || known === "both")) memory.set(null);
        this.#isCertain = outcome.kind !== "late";
        if (mayBeLegacy) return this.#speakLegacy();
        const error = outcome.kind === "late" ? null : outcome.error;
        this.#fail(this.#trouble ?? error ?? badAnswer(name, `does not speak MCP ${MODERN_VERSIONS[0]}`));
      }
    }
  }

  #link(wire: Upstream, discovered: Discovered, version: string): ModernLink {
    const { name, era, events } = this.#options;
    const options = { name, wire, events, agent: this.#agent, discovered, version };
    return era === "modern" ? new ModernLink(options) : new LegacyAgent(options);
  }

  #settleModern(link: ModernLink, discovered: Discovered): void {
    this.#inner = link;
    this.#settled = true;
    const line = resultLine(this.#id, initializeAnswer(this.#options.name, this.#agent, discovered));
    this.#options.events.message(line, peek(line), null);
  }

  #speakLegacy(): void {
    const { wires, era, events } = this.#options;
    this.#tried.add("legacy");
    const { message, peeked, id } = this.#handshake as Handshake;
    const trying: UpstreamEvents = {
      message: (line, said, about) => {
        if (this.#settled || !said.isAnswer || said.id !== id) return events.message(line, said, about);
        if (member(line, "result") === undefined) return this.#refused({ line, peeked: said });
        this.#settleLegacy();
        events.message(line, said, about);
      },
      untaken: (line, untaken) => events.untaken(line, untaken),
      failed: (failed, error) => {
        if (this.#settled || failed !== id) return events.failed(failed, error);
        if (error.code === "upstream_failed") return this.#refused(error);
        this.#fail(error);
      },
      closed: (error) => events.closed(error),
    };
    try {
      this.#inner = this.#open(
        (inner) => (era === "modern" ? new ModernAgent({ events: inner, open: wires.legacy }) : wires.legacy(inner)),
        () => trying,
      );
    } catch (error) {
      return this.#fail(error as GatehouseError);
    }
    this.#inner.send(message, peeked);
  }

  #settleLegacy(): void {
    this.#settled = true;
    const { memory } = this.#options;
    const isKnown = this.#other !== null || memory.get() === "both";
    if (this.#isAuto && this.#isCertain && !isKnown) memory.set("legacy");
  }

  /** The server does not take the handshake of the legacy era. */
  #refused(trouble: Trouble): void {
    const { memory, wires } = this.#options;
    if (this.#other !== null) {
      const { discovered, version } = this.#other;
      memory.set("modern");
      let events: UpstreamEvents | null = null;
      const wire = this.#open(wires.modern, () => events as UpstreamEvents);
      const link = this.#link(wire, discovered, version);
      events = link.fromWire;
      return this.#settleModern(link, discovered);
    }
    if (!this.#isAuto || this.#tried.has("modern")) return this.#fail(this.#trouble ?? trouble);
    const known = memory.get();
    if (known === "legacy" || known === "both") memory.set(null);
    this.#trouble = trouble;
    this.#discover();
  }

  get #id(): string {
    return this.#handshake?.id ?? "null";
  }

  #fail(trouble: Trouble): void {
    if (this.#closed) return;
    if (trouble instanceof GatehouseError) return this.#options.events.failed(this.#id, trouble);
    this.#options.events.message(trouble.line, trouble.peeked, null);
  }
}

const EMPTY = Buffer.from("{}");
