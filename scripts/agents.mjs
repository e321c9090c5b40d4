/**
 * `npm run agents`: real agents from the npm registry, each in a fresh home, connected by `gatehouse install`; they say
 * themselves that it works. Together 1.3 GB, once, in the cache folder. `-- --only <client>…`, `--write` (docs/agents.md).
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { ensureNode, exists, make, npm } from "./cache.mjs";
import { cacheFolder, root } from "./runtime.mjs";
import { Failure, run, Steps } from "./step.mjs";

/** The newest of them need it. */
const MIN_NODE = 24;

/** `setUp`: a script of the package that puts its own program in place, which npm would run by itself. */
const PROGRAMS = [
  { client: "claude-code", of: "@anthropic-ai/claude-code", version: "2.1.332", bin: "claude", setUp: "install.cjs" },
  { client: "gemini", of: "@google/gemini-cli", version: "0.61.0", bin: "gemini" },
  { client: "opencode", of: "opencode-ai", version: "1.18.33", bin: "opencode", setUp: "postinstall.mjs" },
  { client: "mcporter", of: "mcporter", version: "0.12.3", bin: "mcporter" },
  { client: "codex", of: "@openai/codex", version: "0.171.0", bin: "codex" },
];

const outfile = join(root, "node_modules", ".cache", "gatehouse", "agents", "run.mjs");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["test/agents/run.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  packages: "external",
  logLevel: "error",
});

const steps = new Steps();
try {
  const node = await ensureNode(steps, MIN_NODE);
  const { readArguments, runAgents } = await import(pathToFileURL(outfile).href);
  const options = readArguments(process.argv.slice(2), PROGRAMS);
  const programs = [];
  for (const program of PROGRAMS.filter(({ client }) => options.only.includes(client))) {
    programs.push({ ...program, path: await ensure(program, node) });
  }
  steps.end();
  process.exitCode = await runAgents(programs, node, options);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`${error.message}\nRun: ${error.command}`);
  process.exitCode = 1;
}

/** The program's path in the cache folder. */
async function ensure({ client, of, version, bin, setUp }, node) {
  const folder = join(cacheFolder(), `agent-${client}-${version}`);
  if (!(await exists(folder))) {
    await steps.step(`Install ${of} ${version}`, () =>
      make(folder, async (work) => {
        await npm(["install", "--no-save", `${of}@${version}`], work);
        if (setUp) await run(node, [setUp], { cwd: join(work, "node_modules", of), hint: "npm run agents" });
      }),
    );
  }
  return join(folder, "node_modules", ".bin", bin);
}
