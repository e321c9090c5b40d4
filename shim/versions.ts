/** Which of two Gatehouses is older, and which one makes way. */
import type { HubRecord } from "./endpoint.ts";
import { WIRE_VERSION } from "./wire.ts";

/** What a hello tells of who says it. */
export interface Peer {
  /** Of the wire protocol. */
  readonly wire: number;
  /** Of the product, as in `1.4.0`. */
  readonly version: string;
}

/** Who wants a hub's place. A shim's hub has no person before it; whoever starts the app or `gatehouse hub` is one. */
export interface Newcomer extends Peer {
  readonly role: "app" | "headless" | "shim";
}

/** Negative: `one` is the older. The protocol counts first; what comes behind a version's three numbers does not count. */
export function compareAge(one: Peer, other: Peer): number {
  if (one.wire !== other.wire) return one.wire - other.wire;
  const [a, b] = [numbers(one.version), numbers(other.version)];
  for (let at = 0; at < 3; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Whether the hub gives its place to the newcomer. One that a shim started in the background makes way for an app, which
 * has the desktop, and for whatever is newer; the one that a person started only for a newer one that a person starts.
 */
export function yieldsTo(hub: HubRecord, newcomer: Newcomer): boolean {
  const isOlder = compareAge(hub, newcomer) < 0;
  if (hub.yields === true) return isOlder || newcomer.role === "app";
  return isOlder && newcomer.role !== "shim";
}

/** Whether a shim of this version starts a hub of its own in the place of the one that is recorded. */
export function isOutdated(hub: HubRecord, version: string): boolean {
  if (hub.version === version && hub.wire === WIRE_VERSION) return false;
  return yieldsTo(hub, { wire: WIRE_VERSION, version, role: "shim" });
}

function numbers(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}
