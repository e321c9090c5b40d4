/**
 * The build: every entry point into `dist/`, in well under two seconds. A file whose content did not change is left
 * alone and a changed one is replaced by a rename, so a running app or a second build never meets half a file.
 */
import { chmod, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
/** Written last: its time says how new the sources were that `dist/` was made from. */
export const STAMP = join(dist, ".built");
/** What a build reads; anything newer than the stamp means that `dist/` is out of date. */
export const SOURCES = [
  "main",
  "shim",
  "preload",
  "renderer",
  "assets/catalogue.json",
  "assets/icons/services",
  "assets/locales",
  "scripts/build.mjs",
  "package.json",
  "package-lock.json",
];

const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

/** `import.meta` has no meaning in CommonJS; these two members of it do, and sources may use them. */
const cjsMeta = { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" };

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  metafile: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "silent",
  define: { __VERSION__: JSON.stringify(version), __STANDALONE__: "false" },
};

const node = {
  ...common,
  platform: "node",
  format: "cjs",
  // jsonc-parser's `main` is UMD, whose require calls no bundler can follow.
  mainFields: ["module", "main"],
  define: { ...common.define, ...cjsMeta },
  logOverride: { "empty-import-meta": "error" },
  // A process keeps the text of what it loaded: what a name is long for stands in the sources.
  minify: true,
  // One letter beyond Latin-1 would make every letter of the text two bytes wide.
  charset: "ascii",
};

/** index.ts loads `./cli.ts` only when a verb asks for it: it stays a file of its own, required when reached. */
const lazyCli = {
  name: "lazy-cli",
  setup(build) {
    build.onResolve({ filter: /^\.\/cli\.ts$/ }, (args) =>
      args.kind === "dynamic-import" ? { path: "./cli.cjs", external: true } : undefined,
    );
  },
};

/**
 * Loaded by what is seldom or late: each a file of its own, required when first needed. undici alone is half of what a
 * hub would load, for sign-ins and refreshes alone.
 */
const LAZY = { undici: "./undici.cjs", "electron-updater": "./updater.cjs", "dbus-next": "./dbus.cjs" };

const lazyPackages = {
  name: "lazy-packages",
  setup(build) {
    build.onResolve({ filter: /^(undici|electron-updater|dbus-next)$/ }, ({ kind, path }) =>
      kind === "dynamic-import"
        ? { path: LAZY[path], external: true }
        : { errors: [{ text: `${path} is loaded at the start` }] },
    );
  },
};

/**
 * What a hub has for a person's edits and for the odd network, imported like anything else: a file of its own as well,
 * required when one of its names is first used. Text that is never run takes memory all the same.
 */
const LATER = {
  yaml: "./yaml.cjs",
  "smol-toml": "./toml.cjs",
  diff: "./diff.cjs",
  socks: "./socks.cjs",
  "./preload/words.ts": "./words.cjs",
};

const laterPackages = {
  name: "later-packages",
  setup(build) {
    const packages = Object.keys(LATER).filter((entry) => !entry.startsWith("."));
    build.onResolve({ filter: new RegExp(`^(${packages.join("|")})$`) }, ({ path }) => ({ path, namespace: "later" }));
    build.onResolve({ filter: /\/words\.ts$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === join(root, "preload", "words.ts")
        ? { path: "./preload/words.ts", namespace: "later" }
        : undefined,
    );
    build.onResolve({ filter: /./, namespace: "later" }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /./, namespace: "later" }, async ({ path }) => ({
      contents: `
        let loaded;
        for (const name of ${JSON.stringify(await exportsOf(path))})
          Object.defineProperty(exports, name, {
            enumerable: true,
            get: () => (loaded ??= require(${JSON.stringify(LATER[path])}))[name],
          });
        Object.defineProperty(exports, "__esModule", { value: true });`,
      resolveDir: root,
    }));
  },
};

async function exportsOf(entry) {
  if (!entry.startsWith(".")) return Object.keys(await import(entry));
  const { metafile } = await esbuild.build({ ...common, entryPoints: [entry], outfile: "x.mjs", format: "esm" });
  return Object.values(metafile.outputs)[0].exports;
}

const hub = {
  ...node,
  target: "node20.18",
  external: ["electron", "@napi-rs/keyring"],
  plugins: [lazyPackages, laterPackages],
  // `import()` would look for the names of a CommonJS file's exports, which a minified one does not show.
  supported: { "dynamic-import": false },
};

/** Of the catalogue's servers, with their endings. */
const pictureNames = () => readdir(join(root, "assets", "icons", "services"));

const BUNDLES = [
  { entry: "main/index.ts", out: "dist/main/index.cjs", options: hub },
  {
    entry: "main/headless.ts",
    out: "dist/main/headless.cjs",
    options: hub,
    mayLoad: (name) =>
      name.startsWith("node:") ||
      name === "@napi-rs/keyring" ||
      name === "./undici.cjs" ||
      Object.values(LATER).includes(name) ||
      isBuiltin(name),
    because: "the headless hub runs in plain Node, where there is no Electron",
  },
  { entry: "undici", out: "dist/main/undici.cjs", options: { ...node, target: "node20.18" } },
  ...Object.entries(LATER).map(([entry, file]) => ({
    entry,
    out: `dist/main/${file.slice(2)}`,
    options: { ...node, target: "node20.18" },
  })),
  {
    entry: "electron-updater",
    out: "dist/main/updater.cjs",
    options: { ...node, target: "node20.18", external: ["electron"] },
  },
  {
    entry: "dbus-next",
    out: "dist/main/dbus.cjs",
    // Native, and for sockets that no desktop has used for years.
    options: { ...node, target: "node20.18", external: ["usocket", "x11"] },
  },
  {
    entry: "shim/index.ts",
    out: "dist/shim/gatehouse.cjs",
    mode: 0o755,
    options: {
      ...node,
      target: "node18",
      banner: { js: "#!/usr/bin/env node" },
      plugins: [lazyCli],
      // A require costs an agent's start a third of what import() of a CommonJS file does.
      supported: { "dynamic-import": false },
    },
    mayLoad: (name) => name.startsWith("node:") || name === "./cli.cjs",
    mayHold: (path) => path.startsWith("shim/"),
    because: "the shim is one small file that needs Node and nothing else",
  },
  {
    entry: "shim/cli.ts",
    out: "dist/shim/cli.cjs",
    options: { ...node, target: "node18" },
    mayLoad: (name) => name.startsWith("node:"),
    mayHold: (path) =>
      path.startsWith("shim/") ||
      /^(preload\/(api(-[a-z]+)?|text|words|accounts)\.ts|assets\/locales\/en\/|node_modules\/(i18next|picocolors)\/)/.test(
        path,
      ),
    because: "the command line needs Node, the contract and its words, nothing else",
  },
  {
    entry: "preload/index.ts",
    out: "dist/preload/index.cjs",
    options: { ...common, platform: "browser", format: "cjs", target: "chrome130", external: ["electron"] },
    mayLoad: (name) => name === "electron",
    because: "a sandboxed preload script can require electron and nothing else",
  },
  {
    entry: "renderer/index.tsx",
    out: "dist/renderer/index.js",
    options: {
      ...common,
      platform: "browser",
      format: "esm",
      target: "chrome130",
      jsx: "automatic",
      minify: true,
      define: {
        ...common.define,
        "process.env.NODE_ENV": '"production"',
        // So that the window asks for no picture in vain.
        __SERVICE_PICTURES__: JSON.stringify((await pictureNames()).map((name) => name.slice(0, -4))),
      },
    },
  },
];

/** The command whole, for the executable that brings its own Node: everything in one text, nothing required but Node's. */
export async function buildStandalone() {
  const { outputFiles } = await esbuild.build({
    ...node,
    target: "node20",
    define: { ...node.define, __STANDALONE__: "true" },
    supported: { "dynamic-import": false },
    entryPoints: ["shim/index.ts"],
    outfile: "standalone.cjs",
  });
  return outputFiles[0].contents;
}

/** One file a language, all its namespaces in it: what a window and the tray load when they do not speak English. */
async function localeFiles() {
  const from = join(root, "assets", "locales");
  const languages = (await readdir(from)).filter((name) => name !== "en");
  return Promise.all(
    languages.map(async (language) => {
      const names = (await readdir(join(from, language))).filter((name) => name.endsWith(".json")).sort();
      const texts = await Promise.all(
        names.map(async (name) => [name.slice(0, -5), JSON.parse(await readFile(join(from, language, name), "utf8"))]),
      );
      const contents = Buffer.from(JSON.stringify(Object.fromEntries(texts)));
      return { path: join(dist, "renderer", "locales", `${language}.json`), contents, mode: 0o644 };
    }),
  );
}

/** A picture for each server of the catalogue, as they are. */
async function pictures() {
  return Promise.all(
    (await pictureNames()).map(async (name) => ({
      path: join(dist, "renderer", "services", name),
      contents: await readFile(join(root, "assets", "icons", "services", name)),
      mode: 0o644,
    })),
  );
}

/** Copied or bundled beside the window's script. */
const RENDERER_FILES = ["index.html", "style.css"];

function isBuiltin(name) {
  return process.getBuiltinModule("node:module").isBuiltin(name);
}

/** @returns the bundle's files as `{ path, contents, mode }`. */
async function bundle({ entry, out, mode, options, mayLoad, mayHold, because }) {
  const result = await esbuild.build({ ...options, entryPoints: [entry], outfile: out });
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    for (const { path: name, external } of output.imports) {
      if (external && mayLoad && !mayLoad(name)) throw new Error(`${path} would load "${name}": ${because}.`);
    }
    for (const input of Object.keys(output.inputs)) {
      if (mayHold && !mayHold(input)) throw new Error(`${path} would hold ${input}: ${because}.`);
    }
  }
  const isAscii = options.charset === "ascii";
  return result.outputFiles.map(({ path, contents, text }) => ({
    path,
    contents: isAscii ? Buffer.from(text.replace(/[^\0-\x7f]/g, escaped)) : contents,
    mode: mode ?? 0o644,
  }));
}

/** esbuild leaves the letters of a regular expression as they stand. */
function escaped(letter) {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

async function rendererFiles() {
  const found = [];
  for (const name of RENDERER_FILES) {
    const source = join(root, "renderer", name);
    if (!(await exists(source))) continue;
    const path = join(dist, "renderer", name);
    if (name.endsWith(".css")) {
      const { outputFiles } = await esbuild.build({
        ...common,
        entryPoints: [source],
        outfile: path,
        target: "chrome130",
        minify: true,
      });
      found.push(...outputFiles.map((file) => ({ path: file.path, contents: file.contents, mode: 0o644 })));
    } else {
      found.push({ path, contents: await readFile(source), mode: 0o644 });
    }
  }
  return found;
}

/** A page that names a file the build did not make would be blank: find out here and not in the window. */
function checkLinks(files) {
  const page = files.find((file) => file.path === join(dist, "renderer", "index.html"));
  if (!page) throw new Error("renderer/index.html is missing, so the window would be blank.");
  const made = new Set(files.map((file) => file.path));
  for (const [, link] of Buffer.from(page.contents)
    .toString("utf8")
    .matchAll(/(?:src|href)="([^"#:]+)"/g)) {
    if (!made.has(join(dist, "renderer", link)))
      throw new Error(`renderer/index.html names ${link}, which is not built.`);
  }
}

async function replace({ path, contents, mode }) {
  const before = await readFile(path).catch(() => null);
  if (before && Buffer.compare(before, contents) === 0 && ((await stat(path)).mode & 0o777) === mode) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents, { mode });
  await chmod(temporary, mode);
  await rename(temporary, path);
}

/** What earlier builds made and this one does not. */
async function removeOthers(kept) {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && path !== STAMP && !kept.has(path) && !entry.name.endsWith(".tmp"))
      await rm(path, { force: true });
  }
}

async function exists(path) {
  return (await stat(path).catch(() => null)) !== null;
}

export async function build() {
  const started = new Date();
  const results = await Promise.allSettled([...BUNDLES.map(bundle), rendererFiles(), localeFiles(), pictures()]);
  const problems = results.filter((result) => result.status === "rejected").map((result) => result.reason);
  const files = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (problems.length === 0) checkLinks(files);
  await mkdir(dist, { recursive: true });
  await Promise.all(files.map(replace));
  if (problems.length > 0) throw new AggregateError(problems);
  await removeOthers(new Set(files.map((file) => file.path)));
  await writeFile(STAMP, "");
  await utimes(STAMP, started, started);
  return files.map((file) => ({ path: relative(root, file.path).split(sep).join("/"), bytes: file.contents.length }));
}

/** Errors as esbuild formats them, or the one sentence of a check above. */
export async function describe(error) {
  if (error instanceof AggregateError) return (await Promise.all(error.errors.map(describe))).join("\n");
  if (Array.isArray(error.errors)) {
    return (await esbuild.formatMessages(error.errors, { kind: "error", color: process.stderr.isTTY }))
      .join("")
      .trimEnd();
  }
  return error.message;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  try {
    const files = await build();
    const size = files.reduce((sum, file) => sum + file.bytes, 0);
    console.log(
      `Built ${files.length} files, ${Math.round(size / 1024)} KiB, in ${Math.round(performance.now() - started)} ms.`,
    );
  } catch (error) {
    console.error(await describe(error));
    console.error("The build failed.");
    process.exitCode = 1;
  }
}
