/** Large messages: how fast they pass, what they leave in the hub's memory, and what a stalled agent does to it. */
import { sleep } from "../../fixtures/wait.ts";
import { handshake, must } from "../client.ts";
import type { Peer, PeerName } from "../peers.ts";
import { forgetPeak, rssOf } from "../proc.ts";
import { textOf } from "../shared.ts";
import { add, emptySamples, type Samples, withClients } from "./calls.ts";

const MIB = 1024 * 1024;

export interface Big {
  /** MB (10⁶ bytes) a second. */
  readonly json: Samples;
  readonly stream: Samples;
  readonly args: Samples;
  /** MiB: the most that the hub's process had during the answers. */
  readonly peak: Map<PeerName, number>;
  /** Who broke at which kind of message; it is measured no further. */
  readonly broken: Map<PeerName, string>;
}

/** `rounds` times one answer of each kind and one request, each of that many MiB. */
export function bigMessages(
  peers: readonly Peer[],
  { rounds, mib }: { readonly rounds: number; readonly mib: number },
): Promise<Big> {
  const text = textOf(mib * MIB);
  const kinds = [
    { kind: "json", args: { bytes: mib * MIB } },
    { kind: "stream", args: { bytes: mib * MIB, stream: true } },
    { kind: "args", args: { text } },
  ] as const;
  return withClients(peers, async (clients) => {
    const result: Big = {
      json: emptySamples(peers),
      stream: emptySamples(peers),
      args: emptySamples(peers),
      peak: new Map(),
      broken: new Map(),
    };
    for (const { hubPid } of peers) if (hubPid !== null) forgetPeak(hubPid);
    for (const { kind, args } of kinds) {
      for (let round = -1; round < rounds; round++) {
        for (const { name, client } of clients) {
          if (result.broken.has(name)) continue;
          const started = performance.now();
          const answer = await within(LIMIT, client.request("tools/call", { name: "tool_1", arguments: args }));
          const took = (performance.now() - started) / 1000;
          const passed = kind === "args" ? text.length : (answer?.length ?? 0);
          const isWhole =
            answer !== null && (kind === "args" ? answer.includes(`"${text.length}"`) : passed > mib * MIB);
          if (!isWhole) {
            result.broken.set(name, kind);
            continue;
          }
          if (round >= 0) add(result[kind], name, passed / 1e6 / took);
        }
      }
    }
    for (const { name, hubPid } of peers) if (hubPid !== null) result.peak.set(name, rssOf(hubPid).peak);
    return result;
  });
}

/** Milliseconds for one large message. */
const LIMIT = 60_000;

/** Null: it failed, or took too long. */
async function within(ms: number, answer: Promise<Buffer>): Promise<Buffer | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return Promise.race([answer.catch(() => null), late]).finally(() => clearTimeout(timer));
}

export interface Stalled {
  /** MiB that the hub had before, and the most while the agent did not read. */
  readonly before: number;
  readonly peak: number;
  /** MiB that were waiting for the agent, all of which it got in the end. */
  readonly asked: number;
}

/** An agent asks for `answers` times 8 MiB, reads nothing for `seconds`, and then everything. */
export async function stalledAgent(
  peer: Peer,
  { answers, seconds }: { readonly answers: number; readonly seconds: number },
): Promise<Stalled> {
  const { hubPid } = peer;
  if (hubPid === null) throw new Error(`${peer.name} has no hub`);
  const client = peer.connect();
  try {
    await handshake(client);
    must(await client.request("tools/list"));
    const before = rssOf(hubPid).now;
    forgetPeak(hubPid);
    client.stall(true);
    const bytes = 8 * MIB;
    const asked = Array.from({ length: answers }, () =>
      client.request("tools/call", { name: "tool_1", arguments: { bytes } }),
    );
    await sleep(seconds * 1000);
    const { peak } = rssOf(hubPid);
    client.stall(false);
    for (const answer of asked) {
      if (must(await answer).length < bytes) throw new Error("a part of an answer is missing");
    }
    return { before, peak, asked: answers * 8 };
  } finally {
    await client.close();
  }
}
