/**
 * Gets the official conformance suite into the cache folder, once for all checkouts. It stays out of package.json because
 * only `npm run conformance` needs it, and because it needs a newer Node than the project does.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, root } from "./runtime.mjs";
import { run } from "./step.mjs";

/** The suite imports what came with this Node. */
const MIN_NODE = 22;
/** From the npm registry, where the running one is older. */
const NODE_VERSION = "24.21.0";
const INSTALL_MS = 10 * 60 * 1000;

const wanted = join(root, "test", "conformance", "suite");

/**
 * @param {import("./step.mjs").Steps} steps
 * @returns {Promise<{ node: string, program: string, version: string }>} What runs it, its script, its version.
 */
export async function ensureSuite(steps) {
  const lock = await readFile(join(wanted, "package-lock.json"));
  const version = JSON.parse(lock).packages["node_modules/@modelcontextprotocol/conformance"].version;
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 8);
  const folder = join(cacheFolder(), `conformance-${version}-${hash}`);
  const own = Number(process.versions.node.split(".")[0]) >= MIN_NODE;
  if (!(await exists(folder))) await steps.step(`Install the conformance suite ${version}`, () => install(folder));
  const nodeFolder = join(cacheFolder(), `node-${NODE_VERSION}`);
  if (!own && !(await exists(nodeFolder))) {
    await steps.step(`Install Node ${NODE_VERSION} for it`, () => installNode(nodeFolder));
  }
  return {
    node: own ? process.execPath : join(nodeFolder, "node_modules", nodePackage(), "bin", nodeBinary()),
    program: join(folder, "node_modules", "@modelcontextprotocol", "conformance", "dist", "index.js"),
    version,
  };
}

async function install(folder) {
  await make(folder, async (work) => {
    for (const name of ["package.json", "package-lock.json"]) await cp(join(wanted, name), join(work, name));
    await npm(["ci"], work);
  });
}

/** The platform's own package: the package `node` would fetch it by an install script. */
async function installNode(folder) {
  await make(folder, (work) => npm(["install", "--no-save", `${nodePackage()}@${NODE_VERSION}`], work));
}

function npm(args, cwd) {
  return run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    timeout: INSTALL_MS,
    hint: "npm run conformance",
  });
}

function nodePackage() {
  const { platform, arch } = process;
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${platform === "win32" ? "win" : platform}-${arch}`;
}

function nodeBinary() {
  return process.platform === "win32" ? "node.exe" : "node";
}

/** A folder is there whole or not at all, also when two do this at once. */
async function make(folder, fill) {
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

async function exists(path) {
  return (await stat(path).catch(() => null)) !== null;
}
