/** How long an agent waits: for its first list, for one call, and for many at once. */
import { type Client, handshake, must } from "../client.ts";
import type { Peer, PeerName } from "../peers.ts";

/** Samples of each peer. */
export type Samples = Map<PeerName, number[]>;

export function emptySamples(peers: readonly Peer[]): Samples {
  return new Map(peers.map(({ name }) => [name, []]));
}

export function add(samples: Samples, name: PeerName, ...values: readonly number[]): void {
  samples.get(name)?.push(...values);
}

/** Milliseconds from an agent's start of the shim to the answer of `tools/list`. The hubs are warm. */
export async function coldStart(peers: readonly Peer[], rounds: number): Promise<Samples> {
  const samples = emptySamples(peers);
  for (let round = -1; round < rounds; round++) {
    for (const { name, connect } of peers) {
      const started = performance.now();
      const client = connect();
      await handshake(client);
      must(await client.request("tools/list"));
      const took = performance.now() - started;
      await client.close();
      // The first round brings files into the cache of the system.
      if (round >= 0) add(samples, name, took);
    }
  }
  return samples;
}

const CALL = { name: "tool_1", arguments: { text: "a question of ordinary length, as agents ask them" } };

/** One connected agent of each peer for as long as `work` lasts. */
export async function withClients<T>(
  peers: readonly Peer[],
  work: (clients: readonly { readonly name: PeerName; readonly client: Client }[]) => Promise<T>,
): Promise<T> {
  const clients = peers.map(({ name, connect }) => ({ name, client: connect() }));
  try {
    for (const { client } of clients) {
      await handshake(client);
      must(await client.request("tools/list"));
    }
    return await work(clients);
  } finally {
    await Promise.all(clients.map(({ client }) => client.close()));
  }
}

/** Milliseconds of one call, one after the other: `rounds` times ten of each peer, after a round to warm up. */
export function latency(peers: readonly Peer[], rounds: number): Promise<Samples> {
  return withClients(peers, async (clients) => {
    const samples = emptySamples(peers);
    for (let round = -20; round < rounds; round++) {
      for (const { name, client } of clients) {
        for (let turn = 0; turn < 10; turn++) {
          const started = performance.now();
          must(await client.request("tools/call", CALL));
          if (round >= 0) add(samples, name, performance.now() - started);
        }
      }
    }
    return samples;
  });
}

const OUTSTANDING = 64;

/** Calls a second with 64 outstanding: `rounds` times `calls` of each peer, after a round to warm up. */
export function throughput(peers: readonly Peer[], rounds: number, calls: number): Promise<Samples> {
  return withClients(peers, async (clients) => {
    const samples = emptySamples(peers);
    for (let round = -1; round < rounds; round++) {
      for (const { name, client } of clients) {
        let left = calls;
        const caller = async (): Promise<void> => {
          while (left-- > 0) must(await client.request("tools/call", CALL));
        };
        const started = performance.now();
        await Promise.all(Array.from({ length: OUTSTANDING }, caller));
        if (round >= 0) add(samples, name, calls / ((performance.now() - started) / 1000));
      }
    }
    return samples;
  });
}
