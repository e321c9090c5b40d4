/** The command `gatehouse`. `connect` is the hot path: nothing is loaded that it does not need. */
import { connectHub } from "./connect.ts";
import { gatehouseHome, readRecord } from "./endpoint.ts";
import { reachHub, reachOrStartHub } from "./launch.ts";
import { AgentSession } from "./resume.ts";
import { splitTarget } from "./target.ts";
import { VERSION } from "./version.ts";
import { isOutdated } from "./versions.ts";
import type { Open, Target, WireError } from "./wire.ts";

const EXIT_USAGE = 2;
const EXIT_UNREACHABLE = 4;

/** What the arguments mean, and what an error calls it; null: it was said what is wrong with them. */
async function targetOf(args: readonly string[]): Promise<{ target: Target; server: string } | null> {
  // Names hold no “://”; what the options of a URL mean is for who has one.
  if (args.some((arg) => arg.includes("://"))) {
    const { remoteTarget } = await import("./cli.ts");
    return remoteTarget(args);
  }
  if (args.includes("--help") || args.includes("-h")) {
    const { runCli } = await import("./cli.ts");
    process.exitCode = (await runCli("help", ["connect"])) ?? 0;
    return null;
  }
  const [text, ...more] = args;
  const lazy = text === "--lazy";
  if (text === undefined || (lazy && more.length === 0)) return { target: { kind: "all", lazy }, server: "gatehouse" };
  if (more.length > 0 || text.startsWith("-")) {
    process.stderr.write(
      "Usage: gatehouse connect [<server>[@account] | --lazy]\nIt is what an agent starts: see gatehouse --help.\n",
    );
    process.exitCode = EXIT_USAGE;
    return null;
  }
  const { server, account } = splitTarget(text);
  return { target: { kind: "server", server, account }, server };
}

async function connect(args: readonly string[]): Promise<void> {
  const meant = await targetOf(args);
  if (meant === null) return;
  const { target, server } = meant;
  const home = gatehouseHome(process.env);
  const open = (resume: boolean): Open => ({ kind: "session", target, resume });

  const record = readRecord(home);
  let reached = record === null || isOutdated(record, VERSION) ? null : await connectHub(record, VERSION, open(false));
  if (reached === null || reached.kind === "absent") {
    const stopListening = exitWithAgent();
    reached = await reachOrStartHub(home, VERSION, open(false));
    stopListening(reached.kind === "open");
  }
  if (reached.kind === "absent") {
    process.stderr.write(
      `gatehouse: Gatehouse cannot be reached: ${reached.why}.\nStart it by hand and look: gatehouse hub\n`,
    );
    process.exitCode = EXIT_UNREACHABLE;
    return;
  }
  if (reached.kind === "refused") {
    process.stderr.write(refusal(reached.error));
    process.exitCode = reached.error.code === "unknown_server" ? EXIT_USAGE : 1;
    return;
  }
  const end = (): void => {
    // What was written to stdout is written when a pipe's write returns on POSIX; elsewhere the drain is awaited.
    if (process.stdout.writableLength === 0) process.exit(0);
    process.stdout.end(() => process.exit(0));
    setTimeout(() => process.exit(0), 500).unref();
  };
  process.on("SIGTERM", () => process.exit(0));
  process.on("SIGINT", () => process.exit(0));
  new AgentSession({
    server,
    home,
    stdin: process.stdin,
    stdout: process.stdout,
    reach: () => reachHub(home, VERSION, open(true)),
    reachOrStart: () => reachOrStartHub(home, VERSION, open(true)),
    onEnd: end,
  }).run(reached.socket);
}

/** Bytes that an agent may say before there is a hub. */
const MAX_EARLY = 1024 * 1024;

/**
 * Ends the process when the agent goes while a hub is being started. What it says until then is put back. One that goes
 * without a word is a person who tries things out, and gets to read how it ended.
 */
function exitWithAgent(): (goesOn: boolean) => void {
  const { stdin } = process;
  const early: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    early.push(chunk);
    size += chunk.length;
    if (size > MAX_EARLY) stdin.pause();
  };
  const onEnd = (): void => {
    if (size > 0) process.exit(0);
  };
  stdin.on("data", onData).on("end", onEnd);
  return (goesOn) => {
    stdin.off("data", onData).off("end", onEnd);
    if (early.length > 0 && goesOn) stdin.unshift(Buffer.concat(early));
    if (!goesOn) stdin.pause();
    else if (stdin.isPaused()) stdin.resume();
  };
}

function refusal(error: WireError): string {
  return `gatehouse: ${error.message}\n${error.suggestion}\n(${error.code}, ${error.correlation_id})\n`;
}

const [verb, ...args] = process.argv.slice(2);
if (verb === "connect") void connect(args);
else {
  void import("./cli.ts")
    .then(({ runCli }) => runCli(verb, args))
    .then((code) => {
      if (code !== null) process.exitCode = code;
    });
}
