/** What the npm registry has and package.json need not: packages in the cache folder, once for all checkouts. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./runtime.mjs";
import { run } from "./step.mjs";

/** For programs that need a newer Node than the project does. */
const NODE_VERSION = "24.21.0";
const INSTALL_MS = 10 * 60 * 1000;

/**
 * A Node of at least this major version: the one that runs, or one from the registry.
 *
 * @param {import("./step.mjs").Steps} steps
 * @param {number} major
 * @returns {Promise<string>} Its path.
 */
export async function ensureNode(steps, major) {
  if (Number(process.versions.node.split(".")[0]) >= major) return process.execPath;
  const folder = join(cacheFolder(), `node-${NODE_VERSION}`);
  if (!(await exists(folder))) {
    await steps.step(`Install Node ${NODE_VERSION}`, () =>
      // The platform's own package: the package `node` would fetch it by an install script.
      make(folder, (work) => npm(["install", "--no-save", `${nodePackage()}@${NODE_VERSION}`], work)),
    );
  }
  return join(folder, "node_modules", nodePackage(), "bin", process.platform === "win32" ? "node.exe" : "node");
}

function nodePackage() {
  const { platform, arch } = process;
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${platform === "win32" ? "win" : platform}-${arch}`;
}

/** Runs npm in a folder, without packages' install scripts. */
export function npm(args, cwd) {
  return run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    timeout: INSTALL_MS,
    hint: `npm ${args.join(" ")}`,
  });
}

/** A folder is there whole or not at all, also when two do this at once. */
export async function make(folder, fill) {
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), "making-"));
  try {
    await fill(work);
    await rename(work, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export async function exists(path) {
  return (await stat(path).catch(() => null)) !== null;
}
