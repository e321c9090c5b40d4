/** Asks a server whether it is of the modern era: `server/discover`, and what its answer means (MCP 2026-07-28 versioning). */
import { type Peek, peek } from "../../../shim/scan.ts";
import { GatehouseError, quoteRemote } from "../../errors.ts";
import { record } from "../../jsonrpc.ts";
import { bytes, member, parsed } from "../splice.ts";
import type { Upstream } from "../upstream.ts";
import {
  type Discovered,
  discoveredIn,
  type Introduction,
  isModernError,
  knownOf,
  MODERN_VERSIONS,
  metaFor,
  NEWEST_MODERN,
  strings,
  UNSUPPORTED_VERSION,
} from "./protocol.ts";

export type Outcome =
  | { readonly kind: "modern"; readonly discovered: Discovered; readonly version: string }
  /** It knows `server/discover`, and no version that we know. */
  | { readonly kind: "no_common_version"; readonly versions: readonly string[] }
  /** A server of the modern era does not want the request. */
  | { readonly kind: "refused"; readonly error: Readonly<Record<string, unknown>> }
  /** Any other answer: nothing of the modern era. */
  | { readonly kind: "not_modern"; readonly error: GatehouseError | null }
  /** Nothing that tells the era: no way to it, or a person has to do something first. */
  | { readonly kind: "failed"; readonly error: GatehouseError }
  | { readonly kind: "late" };

export interface DiscoveryOptions {
  readonly wire: Upstream;
  readonly agent: Introduction;
  /** JSON-RPC id, unlike any other of the session. */
  readonly id: string;
  /** Milliseconds until it counts as late; null: no limit. */
  readonly limit: number | null;
  /** The wire leaves it to us to ask again in another version. */
  readonly retriesVersion: boolean;
  /** Called once. */
  done(outcome: Outcome): void;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  #retries: number;
  #version = NEWEST_MODERN;
  #isOver = false;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#retries = options.retriesVersion ? 1 : 0;
    const { limit } = options;
    this.#timer = limit === null ? undefined : setTimeout(() => this.#end({ kind: "late" }), limit);
  }

  ask(): void {
    const { id, agent, wire } = this.#options;
    const params = { _meta: metaFor(agent, this.#version) };
    const line = bytes({ jsonrpc: "2.0", id, method: "server/discover", params });
    wire.send(line, peek(line));
  }

  message(line: Buffer, peeked: Peek): void {
    if (!peeked.isAnswer || peeked.id !== JSON.stringify(this.#options.id)) return;
    const error = record(parsed(member(line, "error")));
    if (isModernError(error.code)) return this.#refused(error);
    const discovered = discoveredIn(parsed(member(line, "result")));
    if (discovered === null) return this.#end({ kind: "not_modern", error: null });
    const { supportedVersions: versions } = discovered;
    const version = knownOf(versions, this.#version);
    if (version === undefined) return this.#end({ kind: "no_common_version", versions });
    this.#end({ kind: "modern", discovered, version });
  }

  failed(error: GatehouseError): void {
    this.#end(error.code === "upstream_failed" ? { kind: "not_modern", error } : { kind: "failed", error });
  }

  /** Nobody wants to know any more. */
  cancel(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #refused(error: Readonly<Record<string, unknown>>): void {
    if (error.code !== UNSUPPORTED_VERSION) return this.#end({ kind: "refused", error });
    const versions = strings(record(error.data).supported);
    const version = knownOf(versions, this.#version);
    if (version === undefined) return this.#end({ kind: "no_common_version", versions });
    if (this.#retries-- <= 0) return this.#end({ kind: "refused", error });
    this.#version = version;
    this.ask();
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.cancel();
    this.#options.done(outcome);
  }
}

/** `versions`: those that the server names. */
export function noCommonVersion(name: string, versions: readonly string[]): GatehouseError {
  const theirs = versions.slice(0, 20).map((version) => version.slice(0, 40));
  return new GatehouseError({
    code: "upstream_failed",
    server: name,
    message: `${name} speaks only versions of MCP that Gatehouse does not know: ${quoteRemote(theirs.join(", "))}.`,
    suggestion: "Look for a newer version of Gatehouse.",
    details: { supported: theirs, known: MODERN_VERSIONS },
  });
}
