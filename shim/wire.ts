/**
 * The pipe protocol, whole.
 *
 * Every frame is one line of UTF-8 ended by LF (`frame.ts`). A connection begins with a mutual proof, so that neither
 * a foreign client nor a squatted pipe gets a byte that matters; both know the key from the hub's record
 * (`endpoint.ts`), which only this user can read:
 *
 *   client → {"gatehouse":1,"version":"0.1.0","nonce":N1}
 *   hub    → {"gatehouse":1,"version":"0.1.0","nonce":N2,"proof":HMAC(key,"hub" N1 N2)}
 *   client → {"proof":HMAC(key,"client" N1 N2),"open":{…}}
 *   hub    → {"ok":true,"value":{}}  or  {"ok":false,"error":{…}} and the end
 *
 * `gatehouse` is the version of this protocol that the sender speaks best. Each side tells its own, and that of its
 * product: a hub serves sessions from {@link OLDEST_WIRE} to its own, and tells all others, behind the proof, who has to be
 * renewed. For that, this much is the same in every version: the record's members, lines of JSON ended by LF, the two
 * hellos, the proof and its text (`gatehouse/1`), `{"kind":"control"}`, the shape of the answer to `open`, and of control
 * connections the call `yield`. The older of two Gatehouses gives way (`versions.ts`): a hub that starts tells the one that
 * it finds {"id":1,"method":"yield","params":{"role":"app","version":"0.2.0","wire":2}}, and a hub that agrees brings
 * requests in flight to an end, for a moment, and goes; one that does not agree hangs up. The agents' shims then go on with
 * the new one. Without parameters it is an app that asks.
 *
 * Behind the answer to `open`:
 *
 * - a **session** carries the agent's JSON-RPC messages, one a line, opaque, both ways;
 * - a **control** connection carries calls of `preload/api.ts`: client → {"id":1,"method":"signOut","params":{…}},
 *   hub → {"id":1,"result":Result}; and what the hub says by itself: {"event":"snapshot","value":{…}}, after
 *   {"id":2,"method":"subscribe","params":{"events":["snapshot"]}}; and, without being asked, the steps of a sign-in that
 *   was called for on this connection: {"event":"signInProgress","value":{…}}.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const WIRE_VERSION = 1;

/** The oldest version whose sessions a hub of this one still serves. */
export const OLDEST_WIRE = 1;

/** Bytes that a frame may have before the proof is done. */
export const MAX_HANDSHAKE_LINE = 64 * 1024;

/** Milliseconds that a peer may take for the proof. */
export const HANDSHAKE_TIMEOUT = 5_000;

export interface ClientHello {
  readonly gatehouse: number;
  readonly version: string;
  readonly nonce: string;
}

export interface HubHello extends ClientHello {
  readonly proof: string;
}

/** What a client wants of the connection. */
export type Open =
  | {
      readonly kind: "session";
      readonly target: Target;
      /** The agent has its handshake already: the shim goes on after the hub went away. */
      readonly resume: boolean;
    }
  | { readonly kind: "control" };

/** What an agent wants to talk to. */
export type Target =
  /** A configured server. `account` null: its default one, whichever that is at the time. */
  | { readonly kind: "server"; readonly server: string; readonly account: string | null }
  /** All enabled servers as one. `lazy`: three tools that find, describe and call the others. */
  | { readonly kind: "all"; readonly lazy: boolean }
  /** A server that is configured nowhere: an entry of `servers.json` with its `url`, for this session only. */
  | { readonly kind: "url"; readonly entry: Readonly<Record<string, unknown>> };

export type OpenAnswer =
  | { readonly ok: true; readonly value: Record<string, never> }
  | { readonly ok: false; readonly error: WireError };

/** The error object of `preload/api.ts` as it crosses the pipe. */
export interface WireError {
  readonly code: string;
  readonly server: string | null;
  readonly message: string;
  readonly suggestion: string;
  readonly correlation_id: string;
  readonly request_id?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export function newNonce(): string {
  return randomBytes(32).toString("base64url");
}

/** Which side proves itself is part of what is proved, so that an answer cannot be reflected. */
export function proof(key: string, side: "hub" | "client", clientNonce: string, hubNonce: string): string {
  return createHmac("sha256", Buffer.from(key, "base64url"))
    .update(`gatehouse/1\n${side}\n${clientNonce}\n${hubNonce}`)
    .digest("base64url");
}

export function proofMatches(expected: string, got: unknown): boolean {
  if (typeof got !== "string") return false;
  const a = Buffer.from(expected);
  const b = Buffer.from(got);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A frame as an object; null for whatever is not one. */
export function parseFrame(line: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export function frame(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

export function isOpen(value: unknown): value is Open {
  if (typeof value !== "object" || value === null) return false;
  const open = value as Record<string, unknown>;
  if (open.kind === "control") return true;
  return open.kind === "session" && typeof open.resume === "boolean" && isTarget(open.target);
}

function isTarget(value: unknown): value is Target {
  if (typeof value !== "object" || value === null) return false;
  const target = value as Record<string, unknown>;
  switch (target.kind) {
    case "server":
      return typeof target.server === "string" && (target.account === null || typeof target.account === "string");
    case "all":
      return typeof target.lazy === "boolean";
    case "url":
      return typeof target.entry === "object" && target.entry !== null && !Array.isArray(target.entry);
    default:
      return false;
  }
}
