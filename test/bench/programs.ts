/** The bench's own programs: bundled from TypeScript, each started as a process of its own. */
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import { startChild } from "../fixtures/children.ts";
import { repoRoot } from "../fixtures/root.ts";

/** Bundles them into `folder`. */
export async function buildPrograms(folder: string): Promise<void> {
  await build({
    entryPoints: ["server", "relay-hub", "relay-shim"].map((name) => join(repoRoot, "test", "bench", `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "warning",
  });
}

export interface Running {
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts one of them and waits for its first line. */
async function startProgram(file: string, args: readonly string[]): Promise<Running & { line: string }> {
  const child = startChild(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const stdout = child.process.stdout as Readable;
  const gone = child.exited.then((code) => {
    throw new Error(`${file} ended with ${code}`);
  });
  gone.catch(() => {});
  const [chunk] = (await Promise.race([once(stdout, "data"), gone])) as [Buffer];
  return { pid: child.pid, line: chunk.toString().trim(), close: () => child.stop() };
}

export interface BenchServer extends Running {
  /** For everybody. */
  readonly url: string;
  /** For who has the token. */
  readonly secureUrl: string;
}

export async function startServer(folder: string, options: { readonly stream?: boolean } = {}): Promise<BenchServer> {
  const args = options.stream === true ? ["--stream"] : [];
  const { pid, line, close } = await startProgram(join(folder, "server.cjs"), args);
  const origin = `http://127.0.0.1:${line}`;
  return { pid, url: `${origin}/mcp`, secureUrl: `${origin}/secure`, close };
}

/** The floor's hub, listening on `socket`. */
export function startRelay(folder: string, socket: string, url: string): Promise<Running> {
  return startProgram(join(folder, "relay-hub.cjs"), [socket, url]);
}
