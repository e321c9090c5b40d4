/** Twenty agents: until all are ready, what they take of memory, and what they cost while nobody asks anything. */

import { sleep } from "../../fixtures/wait.ts";
import { handshake, must } from "../client.ts";
import type { Peer } from "../peers.ts";
import { type Activity, activityOf, between, pssOf } from "../proc.ts";
import { add, emptySamples, type Samples } from "./calls.ts";

export interface Crowd {
  /** Milliseconds until the last of them has its list. */
  readonly ready: Samples;
  /** MiB (PSS) of the hub and all shims. */
  readonly memory: Samples;
}

const CALLS_EACH = 20;
/** Milliseconds in which what a start leaves behind goes away. */
const SETTLE = 1_500;

/** `rounds` times `agents` of each peer. Each opens its hub anew, so that no other measure's memory is counted. */
export async function crowd(
  open: () => Promise<readonly Peer[]>,
  { rounds, agents }: { readonly rounds: number; readonly agents: number },
): Promise<Crowd> {
  let result: Crowd | null = null;
  for (let round = 0; round < rounds; round++) {
    const peers = await open();
    result ??= { ready: emptySamples(peers), memory: emptySamples(peers) };
    for (const peer of peers) {
      const one = peer.connect();
      await handshake(one);
      must(await one.request("tools/list"));
      await one.close();
      const started = performance.now();
      const clients = Array.from({ length: agents }, () => peer.connect());
      await Promise.all(
        clients.map(async (client) => {
          await handshake(client);
          must(await client.request("tools/list"));
        }),
      );
      add(result.ready, peer.name, performance.now() - started);
      for (let call = 0; call < CALLS_EACH; call++) {
        await Promise.all(clients.map((client) => client.request("tools/call", { name: "tool_1", arguments: {} })));
      }
      await sleep(SETTLE);
      const shims = clients.flatMap(({ pid }) => (pid === null ? [] : [pid]));
      if (shims.length > 0) add(result.memory, peer.name, pssOf([...shims, ...hubOf(peer)]));
      await Promise.all(clients.map((client) => client.close()));
    }
    await Promise.all(peers.map((peer) => peer.close()));
  }
  if (result === null) throw new Error("no round was asked for");
  return result;
}

function hubOf({ hubPid }: Peer): number[] {
  return hubPid === null ? [] : [hubPid];
}

export interface Idle {
  readonly hub: Activity;
  /** Of all shims together. */
  readonly shims: Activity;
  readonly seconds: number;
}

/** What hub and shims do for themselves in `seconds`, with connected agents that say nothing. */
export async function idle(
  peers: readonly Peer[],
  { agents, settle, seconds }: { readonly agents: number; readonly settle: number; readonly seconds: number },
): Promise<Map<Peer["name"], Idle>> {
  const crowds = peers.map((peer) => ({ peer, clients: Array.from({ length: agents }, () => peer.connect()) }));
  for (const { clients } of crowds) {
    for (const client of clients) {
      await handshake(client);
      must(await client.request("tools/list"));
    }
  }
  await sleep(settle * 1000);
  const look = (): { hub: Activity; shims: Activity }[] =>
    crowds.map(({ peer, clients }) => ({
      hub: hubOf(peer).map(activityOf).reduce(plus, NOTHING),
      shims: clients.flatMap(({ pid }) => (pid === null ? [] : [activityOf(pid)])).reduce(plus, NOTHING),
    }));
  const before = look();
  await sleep(seconds * 1000);
  const after = look();
  await Promise.all(crowds.flatMap(({ clients }) => clients.map((client) => client.close())));
  return new Map(
    crowds.map(({ peer }, number) => {
      const [from, to] = [before[number], after[number]];
      if (from === undefined || to === undefined) throw new Error("a peer was not looked at");
      return [peer.name, { hub: between(from.hub, to.hub), shims: between(from.shims, to.shims), seconds }];
    }),
  );
}

const NOTHING: Activity = { mainWakes: 0, otherWakes: 0, cpu: 0 };

function plus(a: Activity, b: Activity): Activity {
  return { mainWakes: a.mainWakes + b.mainWakes, otherWakes: a.otherWakes + b.otherWakes, cpu: a.cpu + b.cpu };
}
