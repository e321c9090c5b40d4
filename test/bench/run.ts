/** `npm run bench`: Gatehouse beside the direct call, a bare relay and mcp-remote, all in turns within one run. */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tempFolder } from "../fixtures/children.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { repoRoot } from "../fixtures/root.ts";
import { type AppFigures, compareApps } from "./measures/app.ts";
import { bigMessages, stalledAgent } from "./measures/big.ts";
import { coldStart, latency, throughput } from "./measures/calls.ts";
import { crowd, idle } from "./measures/crowd.ts";
import { hubStart } from "./measures/start.ts";
import { busyWindow } from "./measures/window.ts";
import { ALL, mcpRemoteVersion, openPeers, type PeerName } from "./peers.ts";
import { type BenchServer, buildPrograms, startServer } from "./programs.ts";
import { atLeast, atMost, markdown, page, ratio, type Section, table, type Verdict } from "./report.ts";
import { figure, median, quantile } from "./stats.ts";

/** How much of everything. */
interface Size {
  readonly cold: number;
  readonly latency: number;
  readonly throughput: { readonly rounds: number; readonly calls: number };
  readonly crowd: { readonly rounds: number; readonly agents: number };
  readonly idle: { readonly agents: number; readonly settle: number; readonly seconds: number };
  readonly big: { readonly rounds: number; readonly mib: number };
  readonly stalled: { readonly answers: number; readonly seconds: number };
  readonly starts: number;
  readonly apps: number;
  readonly window: number;
}

const FULL: Size = {
  cold: 40,
  latency: 100,
  throughput: { rounds: 15, calls: 2_000 },
  crowd: { rounds: 5, agents: 20 },
  idle: { agents: 20, settle: 15, seconds: 30 },
  big: { rounds: 10, mib: 10 },
  stalled: { answers: 128, seconds: 10 },
  starts: 20,
  apps: 5,
  window: 10,
};

const QUICK: Size = {
  cold: 5,
  latency: 5,
  throughput: { rounds: 2, calls: 500 },
  crowd: { rounds: 1, agents: 5 },
  idle: { agents: 5, settle: 1, seconds: 3 },
  big: { rounds: 2, mib: 10 },
  stalled: { answers: 8, seconds: 2 },
  starts: 3,
  apps: 1,
  window: 2,
};

const PROXIES: readonly PeerName[] = ["relay", "mcp-remote", "gatehouse"];
const NAMES: Readonly<Record<string, string>> = {
  json: "an answer as JSON",
  stream: "an answer as an event stream",
  args: "arguments",
};
const HUBS: readonly PeerName[] = ["relay", "gatehouse"];

interface Bench {
  readonly folder: string;
  readonly size: Size;
  readonly server: BenchServer;
}

interface Finding {
  readonly verdicts: readonly Verdict[];
  readonly section: Section;
}

/** With the peers, which are closed behind it. */
async function before<T>(
  { folder, server }: Bench,
  names: readonly PeerName[],
  measure: (peers: Awaited<ReturnType<typeof openPeers>>) => Promise<T>,
  other: BenchServer = server,
): Promise<T> {
  const peers = await openPeers(folder, other, names);
  try {
    return await measure(peers);
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
  }
}

const MEASURES: Readonly<Record<string, (bench: Bench) => Promise<Finding>>> = {
  async cold(bench) {
    const samples = await before(bench, ALL, (peers) => coldStart(peers, bench.size.cold));
    return {
      verdicts: [atMost("Cold start of the shim to `tools/list`, hub warm", ratio(samples), 1.15, " × relay")],
      section: {
        title: "Cold start",
        text: "Milliseconds from the start of an agent's stdio server to the answer of `tools/list`, handshake included; the hub runs already.",
        table: table("ms", samples),
      },
    };
  },

  async latency(bench) {
    const samples = await before(bench, ALL, (peers) => latency(peers, bench.size.latency));
    const micro = new Map([...samples].map(([name, values]) => [name, values.map((value) => value * 1000)]));
    const added = (name: PeerName): number => median(micro.get(name) ?? []) - median(micro.get("direct") ?? []);
    const list = PROXIES.map((name) => `${name} ${figure(added(name))} µs`).join(", ");
    return {
      verdicts: [
        atMost("Added latency of a call, median", ratio(samples, "gatehouse", "direct"), 1.2, " × relay"),
        atMost("The same with a token", ratio(samples, "gatehouse with a token", "direct"), 1.2, " × relay"),
      ],
      section: {
        title: "Latency of a call",
        text: `Microseconds of one small \`tools/call\`, one after the other. Added to the direct call: ${list}.`,
        table: table("µs", micro),
      },
    };
  },

  async throughput(bench) {
    const { rounds, calls } = bench.size.throughput;
    const samples = await before(bench, ALL, (peers) => throughput(peers, rounds, calls));
    return {
      verdicts: [atLeast("Calls a second, 64 outstanding", ratio(samples), 0.9, " × relay")],
      section: {
        title: "Throughput",
        text: `Calls a second of one agent with 64 outstanding, ${calls} calls a sample.`,
        table: table("calls/s", samples),
      },
    };
  },

  async crowd(bench) {
    const { ready, memory } = await crowd(() => openPeers(bench.folder, bench.server, PROXIES), bench.size.crowd);
    const rows = table("ready, ms", ready);
    const more = table("memory, MiB", memory);
    return {
      verdicts: [
        atMost(`${bench.size.crowd.agents} agents: all ready`, ratio(ready), 1.2, " × relay"),
        atMost(`${bench.size.crowd.agents} agents: memory of hub and shims`, ratio(memory), 1.15, " × relay"),
      ],
      section: {
        title: "Twenty agents",
        text: `${bench.size.crowd.agents} agents started at once: milliseconds until the last has its list, and then MiB (PSS) of the hub and all shims.\n\n${markdown(rows)}`,
        table: more,
      },
    };
  },

  async big(bench) {
    const names: readonly PeerName[] = ["direct", ...PROXIES];
    const { json, stream, args, peak, broken } = await before(bench, names, (peers) =>
      bigMessages(peers, bench.size.big),
    );
    const { mib } = bench.size.big;
    if (broken.has("gatehouse") || broken.has("relay")) throw new Error(`broken: ${JSON.stringify([...broken])}`);
    const losses = [...broken].map(([name, kind]) => ` ${name} did not bring ${NAMES[kind]} through.`).join("");
    const peaks = [...peak].map(([name, value]) => `${name} ${figure(value)} MiB`).join(", ");
    return {
      verdicts: [
        atLeast(`${mib} MiB answer as JSON`, ratio(json), 0.6, " × relay"),
        atLeast(`${mib} MiB answer as an event stream`, ratio(stream), 0.6, " × relay"),
        { what: `${mib} MiB of arguments`, limit: "arrive", is: `${figure(ratio(args))} × relay`, met: true },
      ],
      section: {
        title: "Large messages",
        text: `MB a second of one ${mib} MiB message: an answer as JSON, an answer as an event stream, arguments. The most that a hub's process had in memory meanwhile: ${peaks}.${losses}\n\n${markdown(table("JSON, MB/s", json))}\n\n${markdown(table("event stream, MB/s", stream))}`,
        table: table("arguments, MB/s", args),
      },
    };
  },

  async stalled(bench) {
    const found = await before(bench, ["gatehouse"], ([peer]) => {
      if (peer === undefined) throw new Error("there is no hub");
      return stalledAgent(peer, bench.size.stalled);
    });
    return {
      verdicts: [atMost("An agent that reads nothing: the hub's memory", found.peak, 100, " MiB")],
      section: {
        title: "A stalled agent",
        text: `An agent asks for ${found.asked} MiB in answers of 8 MiB and does not read for ${bench.size.stalled.seconds} s. The hub had ${figure(found.before)} MiB before and at most ${figure(found.peak)} MiB meanwhile; every answer arrived in the end.`,
      },
    };
  },

  async idle(bench) {
    const server = await startServer(bench.folder, { stream: true });
    try {
      const found = await before(bench, HUBS, (peers) => idle(peers, bench.size.idle), server);
      const { agents, seconds } = bench.size.idle;
      const mine = found.get("gatehouse");
      if (mine === undefined) throw new Error("Gatehouse was not measured");
      return {
        verdicts: [
          atMost(
            `Idle with ${agents} agents: the hub is woken, in 10 s`,
            (mine.hub.mainWakes / seconds) * 10,
            1,
            " times",
          ),
        ],
        section: {
          title: "Idle",
          text: `${agents} connected agents that say nothing, each with an open GET stream, for ${seconds} s: how often the process is woken (voluntary context switches; other threads are V8's and libuv's own), and its processor time.`,
          table: {
            head: ["", "hub woken", "its other threads", "hub, ms of CPU", "shims woken", "shims, ms of CPU"],
            rows: [...found].map(([name, { hub, shims }]) => [
              name,
              String(hub.mainWakes),
              String(hub.otherWakes),
              figure(hub.cpu),
              String(shims.mainWakes),
              figure(shims.cpu),
            ]),
          },
        },
      };
    } finally {
      await server.close();
    }
  },

  async start(bench) {
    const { node, hub } = await hubStart(bench.server, bench.size.starts);
    const over = median(hub) - median(node);
    return {
      verdicts: [atMost("Headless hub's start to the first call's answer, over Node's own start", over, 400, " ms")],
      section: {
        title: "Start of the hub",
        text: `\`node -e 0\` takes ${figure(median(node))} ms; a headless hub, from its start to the answer of a first call on a new server, ${figure(median(hub))} ms.`,
      },
    };
  },

  async app(bench) {
    const { gatehouse, empty, renderers } = await compareApps(bench.folder, bench.size.apps);
    const kinds = ["tray", "paint", "hidden", "closed"] as const;
    const of = (kind: (typeof kinds)[number]): number => median(gatehouse[kind]) / median(empty[kind]);
    const row = (name: string, values: AppFigures): string[] => [
      name,
      ...kinds.map((kind) => figure(median(values[kind]))),
    ];
    return {
      verdicts: [
        atMost("Start of the app to its icon in the tray", of("tray"), 1.3, " × an empty app"),
        atMost("Start of the app to the first paint", of("paint"), 1.3, " × an empty app"),
        atMost("The app in the tray: memory", of("hidden"), 1.15, " × an empty app"),
        atMost("The same after its window was closed", of("closed"), 1.15, " × an empty app"),
        atMost("Renderer processes after the window was closed", renderers, 0, ""),
      ],
      section: {
        title: "The app",
        text: `Beside an Electron app with an icon and a one-word window, in turns, ${bench.size.apps} times each: milliseconds from its start to the icon and to the first contentful paint; MiB of all its processes (each part of a file once), started hidden, and after its window was closed.`,
        table: {
          head: ["", "icon, ms", "paint, ms", "hidden, MiB", "closed, MiB"],
          rows: [row("gatehouse", gatehouse), row("empty app", empty)],
        },
      },
    };
  },

  async window(bench) {
    const { quiet, busy, storms } = await busyWindow(bench.server, bench.size.window);
    const text = [quiet, busy].map(
      (values) => `${figure(median(values) * 1000)} µs (nine tenths within ${figure(quantile(values, 0.9) * 1000)})`,
    );
    return {
      verdicts: [atMost("A call while the window is busy", median(busy) / median(quiet), 1.2, " × at rest")],
      section: {
        title: "A busy window",
        text: `A call through the app's own hub takes ${text[0]} while the window rests, and ${text[1]} while its renderer runs a loop and ${storms} sessions begin and end, each of which draws new snapshots.`,
      },
    };
  },
};

const USAGE = `Usage: npm run bench -- [options]

  --quick          a few samples of everything, to see that it works; writes nothing
  --only <name>    ${Object.keys(MEASURES).join(", ")}; may be repeated; writes nothing
`;

/** Answers the exit code: 0 when everything could be measured, whether or not the limits are met. */
export async function runBench(args: readonly string[]): Promise<number> {
  const options = read(args);
  if (options === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const cleanup = makeCleanup();
  const verdicts: Verdict[] = [];
  const sections: Section[] = [];
  let failed = 0;
  try {
    const { path: folder } = cleanup.use(tempFolder("bench"));
    await buildPrograms(folder);
    const server = cleanup.use(await startServer(folder));
    const bench: Bench = { folder, server, size: options.quick ? QUICK : FULL };
    for (const name of options.only) {
      const measure = MEASURES[name];
      if (measure === undefined) throw new Error(`there is no measure ${name}`);
      try {
        const found = await measure(bench);
        verdicts.push(...found.verdicts);
        sections.push(found.section);
        const { title, text, table: rows } = found.section;
        process.stdout.write(`\n${title}\n${text}\n${rows === undefined ? "" : `\n${markdown(rows)}\n`}`);
      } catch (error) {
        failed++;
        const text = `This could not be measured here: ${(error as Error).message.split("\n")[0]}`;
        sections.push({ title: name, text });
        verdicts.push({ what: name, limit: "", is: "not measured", met: null });
        process.stdout.write(`\n${name}: ${text}\n`);
      }
    }
  } finally {
    await cleanup.close();
  }
  process.stdout.write("\n");
  for (const { what, limit, is, met } of verdicts)
    process.stdout.write(
      `${met === true ? "met    " : met === false ? "NOT MET" : "       "}  ${what}: ${is} (${limit})\n`,
    );
  if (options.write) writeFileSync(join(repoRoot, "docs", "benchmarks.md"), page(about(), verdicts, sections));
  return failed === 0 ? 0 : 1;
}

function about(): string[] {
  const [cpu] = cpus();
  return [
    `Machine: ${cpus().length} × ${cpu?.model ?? "processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    `Node ${process.versions.node}; mcp-remote ${mcpRemoteVersion()}; ${new Date().toISOString().slice(0, 10)}`,
    `Load of the machine at the end: ${loadavg()[1]?.toFixed(1)} (this run alone brings about 1.5; where it is higher, absolute figures mean nothing)`,
    "The relay is the floor: two pipes as a shim, and one process that makes a POST of each line (test/bench/relay-hub.ts). It signs in nowhere, checks nothing and forgets nothing, because it knows nothing.",
    "The relay runs on Node's defaults. The hub has V8 compile sooner what runs often (shim/tuning.ts), because the first two thousand calls of a process run in the interpreter, and hubs seldom see more in an hour. With everything compiled in both, a call adds some 1.4 times what the relay adds.",
    "The server answers at once and has no GET stream, except where it says so. The agent is the same raw client throughout.",
  ];
}

interface Options {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly write: boolean;
}

function read(args: readonly string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { quick: { type: "boolean", default: false }, only: { type: "string", multiple: true } },
    });
    const only = values.only ?? Object.keys(MEASURES);
    if (!only.every((name) => name in MEASURES)) return null;
    return { quick: values.quick, only, write: !values.quick && values.only === undefined };
  } catch {
    return null;
  }
}
