/**
 * Checks that package-lock.json names the packages of every platform, and with `--fix` adds those it lacks.
 *
 * npm leaves optional packages of other platforms out of the lock when the registry it asked could not show them, and
 * `npm ci` then refuses the lock on every machine. An entry added here has no integrity; the next `npm install` against a
 * registry that carries the package fills it in.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./runtime.mjs";

const CPUS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];

/** Where `name` would be found by a package installed at `path`, as Node looks for it; undefined when nowhere. */
function resolve(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    const found = `${folder}${folder === "" ? "" : "/"}node_modules/${name}`;
    if (packages[found]) return found;
    if (folder === "") return undefined;
  }
}

/** @returns {{ path: string, entry: object }[]} The optional packages that others name exactly and the lock lacks. */
function missingEntries(packages) {
  const missing = [];
  const known = { ...packages };
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!/^\d[\w.-]*$/.test(version)) continue;
      const found = resolve(known, path, name);
      if (found && known[found].version === version) continue;
      const beside = `${path.slice(0, path.lastIndexOf("node_modules/"))}node_modules/${name}`;
      const words = name.split(/[-/@]/);
      const only = (values) => values.filter((value) => words.includes(value));
      const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : [];
      const entry = {
        version,
        ...(only(CPUS).length > 0 && { cpu: only(CPUS) }),
        ...(dev && { dev }),
        ...(libc.length > 0 && words.includes("linux") && { libc }),
        optional: true,
        ...(only(SYSTEMS).length > 0 && { os: only(SYSTEMS) }),
      };
      const place = known[beside] ? `${path}/node_modules/${name}` : beside;
      known[place] = entry;
      missing.push({ path: place, entry });
    }
  }
  return missing;
}

const file = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const missing = missingEntries(lock.packages);
if (missing.length > 0 && process.argv.includes("--fix")) {
  for (const { path, entry } of missing) lock.packages[path] = entry;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${missing.length} packages of other platforms.`);
} else if (missing.length > 0) {
  console.error(`package-lock.json lacks ${missing.length} packages of other platforms, so npm ci would refuse it:`);
  for (const { path } of missing) console.error(`  ${path}`);
  console.error("Run: node scripts/lock.mjs --fix");
  process.exitCode = 1;
}
