/**
 * Gets the official conformance suite into the cache folder, once for all checkouts. It stays out of package.json because
 * only `npm run conformance` needs it, and because it needs a newer Node than the project does.
 */
import { createHash } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureNode, exists, make, npm } from "./cache.mjs";
import { cacheFolder, root } from "./runtime.mjs";

/** The suite imports what came with this Node. */
const MIN_NODE = 22;

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
  if (!(await exists(folder))) await steps.step(`Install the conformance suite ${version}`, () => install(folder));
  return {
    node: await ensureNode(steps, MIN_NODE),
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
