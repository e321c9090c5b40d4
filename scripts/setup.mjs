/**
 * Gets a checkout ready, then runs a script of this folder:
 *
 *     node scripts/setup.mjs --for demo|start|test|check|conformance|agents|bench [script.mjs [arguments…]]
 *
 * Quick and silent when there is nothing to do. It uses nothing but Node, because it is what installs the rest.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { clicksByItself } from "./mode.mjs";
import { root } from "./runtime.mjs";
import { Failure, run, Steps } from "./step.mjs";
import { ensureSystem } from "./system.mjs";

/** What each purpose needs beside npm's packages. */
const NEEDS = {
  demo: { electron: true, build: true, desktop: clicksByItself },
  start: { electron: true, build: true, desktop: () => false },
  test: { electron: true, build: true, desktop: () => true },
  check: { electron: false, build: false, desktop: () => false },
  windows: { electron: false, build: true, desktop: () => false },
  conformance: { electron: false, build: true, desktop: () => false },
  agents: { electron: false, build: true, desktop: () => false },
  bench: { electron: true, build: true, desktop: () => true },
};

async function main() {
  const [flag, purpose, script, ...args] = process.argv.slice(2);
  const needs = flag === "--for" ? NEEDS[purpose] : undefined;
  if (!needs) {
    console.error(`Usage: node scripts/setup.mjs --for ${Object.keys(NEEDS).join("|")} [script.mjs [arguments…]]`);
    process.exit(2);
  }
  const steps = new Steps();
  try {
    checkNode();
    if (needs.electron) await ensureSystem(steps, needs.desktop(args));
    if (!packagesMatch()) await installPackages(steps);
    if (needs.electron) {
      const { ensureRuntime } = await import("./electron.mjs");
      await ensureRuntime(steps);
    }
    if (needs.build && (await sourcesAreNewer())) await build(steps);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`${error.message}\nRun: ${error.command}`);
    process.exit(1);
  }
  steps.end();
  if (script === undefined) return;
  const path = resolve(script);
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(`Working on Gatehouse needs Node 20.19 or newer; this is ${process.version}.`, "nvm install");
}

/** Whether node_modules is what package-lock.json says; npm notes what it installed in a lock file of its own. */
function packagesMatch() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = readPackages(join(root, "package-lock.json"));
  const present = readPackages(installed);
  for (const [path, { version, optional, devOptional, peer, link }] of Object.entries(wanted)) {
    if (path === "" || link) continue;
    const have = present[path];
    if (have ? have.version !== version : !optional && !devOptional && !peer) return false;
  }
  return Object.keys(present).every((path) => path in wanted && existsSync(join(root, path)));
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
}

async function installPackages(steps) {
  // The warnings are about engines of the Electron downloader on Node 20, where it works, and of old transitive packages.
  await steps.step("Install npm packages", () =>
    run("npm", ["ci", "--no-progress", "--loglevel=error"], { cwd: root, hint: "npm ci" }),
  );
}

async function sourcesAreNewer() {
  const { SOURCES, STAMP } = await import("./build.mjs");
  if (!existsSync(STAMP)) return true;
  const built = statSync(STAMP).mtimeMs;
  for (const source of SOURCES) {
    const path = join(root, source);
    const stats = statSync(path);
    if (stats.mtimeMs > built) return true;
    if (!stats.isDirectory()) continue;
    for (const name of await readdir(path, { recursive: true })) {
      // A folder's time too: it tells of files that went away.
      if ((statSync(join(path, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) > built) return true;
    }
  }
  return false;
}

async function build(steps) {
  const { build: bundle, describe } = await import("./build.mjs");
  await steps.step("Build", async () => {
    try {
      await bundle();
    } catch (error) {
      throw new Failure(await describe(error), "npm run build");
    }
  });
}

await main();
