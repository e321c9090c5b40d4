/**
 * `npm run windows`: the built program and the tests of test/windows under a real Windows Node, in Wine. A line a test, and
 * in the end `N passed, N failed`. What that proves and what not: docs/windows.md.
 */
import { cp, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { root } from "./runtime.mjs";
import { Failure, Steps } from "./step.mjs";
import { ensureWine } from "./system.mjs";
import { ended, ensureWindowsPackages, makeWindows } from "./wine.mjs";

const LIMIT_MS = 8 * 60 * 1000;
/** Below drive C, with what people's folders have in their names. */
const PLACE = ["Users", "Public", "Gate house é & co"];

const BUNDLE = { absWorkingDir: root, bundle: true, platform: "node", target: "node20.18", logLevel: "error" };

const steps = new Steps();
let windows = null;
let linux = null;
const close = async () => {
  await windows?.close();
  await linux?.close();
};
steps.onInterrupt(close);

try {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Failure("These tests need Linux on x64, for Wine.", "npm test");
  }
  await ensureWine(steps);
  const packages = await ensureWindowsPackages(steps);
  await steps.step("Make a Windows", async () => {
    windows = await makeWindows(packages);
  });
  const place = join(windows.drive, ...PLACE);
  await steps.step("Install Gatehouse in it", () => install(place, packages.keyring));
  linux = await startLinux();
  process.exitCode = (await runTests(place)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`${error.message}\nRun: ${error.command}`);
  process.exitCode = 1;
} finally {
  await close();
  steps.end();
}

/** The program as npm would install it there, and the tests beside it. */
async function install(place, keyring) {
  await mkdir(place, { recursive: true });
  const modules = join(place, "node_modules", "@napi-rs");
  await cp(join(root, "dist"), join(place, "dist"), { recursive: true });
  await cp(join(root, "package.json"), join(place, "package.json"));
  await cp(join(root, "node_modules", "@napi-rs", "keyring"), join(modules, "keyring"), { recursive: true });
  await cp(keyring, join(modules, "keyring-win32-x64-msvc"), { recursive: true });
  await cp(join(root, "test", "windows", "reporter.mjs"), join(place, "reporter.mjs"));
  await esbuild.build({
    ...BUNDLE,
    entryPoints: ["test/windows/suite.ts", "test/windows/vault-process.ts"],
    outdir: place,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    mainFields: ["module", "main"],
    external: ["@napi-rs/keyring"],
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
  });
}

async function startLinux() {
  const outfile = join(root, "node_modules", ".cache", "gatehouse", "windows-linux.mjs");
  await esbuild.build({
    ...BUNDLE,
    entryPoints: ["test/windows/linux.ts"],
    outfile,
    format: "esm",
    packages: "external",
  });
  const { startLinuxSide } = await import(pathToFileURL(outfile).href);
  return startLinuxSide();
}

async function runTests(place) {
  const results = join(place, "results.jsonl");
  const output = join(place, "output.txt");
  const inside = ["C:", ...PLACE].join("\\");
  const child = await windows.start(
    [
      windows.node,
      "--test-reporter",
      pathToFileURL(`/${["C:", ...PLACE, "reporter.mjs"].join("/")}`).href,
      "--test-reporter-destination",
      `${inside}\\results.jsonl`,
      // What a failed test left running must not keep the run from its end.
      "--test-force-exit",
      ...process.argv.slice(2),
      `${inside}\\suite.cjs`,
    ],
    { env: linux.env, output, timeout: LIMIT_MS },
  );
  const tally = { passed: 0, failed: 0 };
  const judge = ({ name, ms, skipped, error }) => {
    if (skipped) return;
    tally[error === undefined ? "passed" : "failed"] += 1;
    console.log(`${error === undefined ? "✓" : "✗"} ${name} (${ms} ms)`);
    if (error !== undefined) console.log(error.replace(/^/gm, "    "));
  };
  const follower = follow(results, judge);
  const code = await ended(child);
  await follower.end();
  const said = (await readFile(output, "utf8")).trim();
  if (code !== 0 && tally.failed === 0) {
    judge({ name: "the tests come to their end", ms: 0, error: `Node ended with ${code}.\n${said}` });
  } else if (said !== "") {
    console.log(said);
  }
  judge(await searchForSecrets(join(place, "homes")));
  console.log("All of it under Wine: docs/windows.md says what that does not prove.");
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 && tally.passed > 1;
}

async function searchForSecrets(folder) {
  const name = "no token, code or secret that was issued lies in any home, log or record";
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  try {
    const hits = linux.findSecrets(folder);
    return hits.length === 0 ? { name, ms: ms() } : { name, ms: ms(), error: JSON.stringify(hits, null, 2) };
  } catch (error) {
    return { name, ms: ms(), error: String(error) };
  }
}

/** Hands over each line of a growing file, parsed, soon after it was written. */
function follow(path, onLine) {
  let rest = "";
  let position = 0;
  const read = async () => {
    const file = await open(path).catch(() => null);
    if (file === null) return;
    const buffer = Buffer.alloc(1 << 20);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    await file.close();
    position += bytesRead;
    const lines = (rest + buffer.toString("utf8", 0, bytesRead)).split("\n");
    rest = lines.pop();
    for (const line of lines) onLine(JSON.parse(line));
  };
  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading.then(read);
  }, 250);
  return {
    async end() {
      clearInterval(timer);
      await reading;
      await read();
    },
  };
}
