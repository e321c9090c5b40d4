/** `gatehouse hub`: the same hub in plain Node, in the foreground, until it is told to stop. */
import "./lean.ts";
import { stayLean } from "../shim/tuning.ts";
import { startHub } from "./app.ts";
import { commandBrowser, systemBrowser } from "./browser.ts";
import { GatehouseError } from "./errors.ts";
import { takeSecrets } from "./program.ts";
import { VERSION } from "./version.ts";

/** Milliseconds that a hub started by a shim stays without a connection. */
const IDLE_LIMIT = 10 * 60_000;

export interface HeadlessOptions {
  /** Started by a shim in the background: it ends by itself when nobody has needed it for a while. */
  readonly launched: boolean;
}

/** Resolves with the exit code when the hub has stopped. */
export async function runHeadless({ launched }: HeadlessOptions): Promise<number> {
  const command = process.env.GATEHOUSE_BROWSER;
  let idle: NodeJS.Timeout | undefined;
  let isStopping = false;
  let stop: (why: string) => void = () => {};
  const stopped = new Promise<string>((resolve) => {
    stop = resolve;
  });
  const onConnections = (count: number): void => {
    clearTimeout(idle);
    if (launched && count === 0 && !isStopping) idle = setTimeout(() => stop("nobody needs it"), IDLE_LIMIT);
  };
  try {
    const hub = await startHub({
      env: process.env,
      secrets: takeSecrets(process.env),
      browser: command ? commandBrowser(command) : systemBrowser(),
      version: VERSION,
      role: "headless",
      onConnections,
      launched,
      onYield: () => stop("another one takes its place"),
    });
    if (hub === null) {
      process.stderr.write("Gatehouse is already running: nothing to do.\n");
      return launched ? 0 : 1;
    }
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));
    onConnections(0);
    stayLean(false);
    const { config, servers } = hub.snapshot();
    process.stderr.write(
      `Gatehouse ${VERSION} is running with ${servers.length} servers from ${config.path}. Ctrl-C stops it.\n`,
    );
    if (config.error !== null) process.stderr.write(`${config.error.message} ${config.error.suggestion}\n`);
    await stopped;
    isStopping = true;
    clearTimeout(idle);
    await hub.close("quit");
    return 0;
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    process.stderr.write(`${error.message} ${error.suggestion} (${error.code})\n`);
    return 1;
  }
}
