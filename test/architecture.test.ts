/**
 * The house's rules as data: which folder may import which, and where each package may be used. Every import counts,
 * those of types too, because a type that points the wrong way drags its module after it sooner or later.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const FOLDERS = ["shim", "preload", "main", "renderer"];

/** Places in order, by the pattern of their files; the first that matches counts. Same rank: neither imports the other. */
const PLACES: readonly { readonly name: string; readonly files: RegExp; readonly rank: number }[] = [
  {
    name: "wire",
    files: /^shim\/(wire|frame|scan|questions|settings|endpoint|versions|standalone|tuning)\.ts$/,
    rank: 0,
  },
  { name: "pipe client", files: /^shim\/(connect|control)\.ts$/, rank: 1 },
  { name: "contract", files: /^preload\/(api(-[a-z]+)?|text|words|accounts)\.ts$/, rank: 1 },
  { name: "mcp-remote", files: /^shim\/(remote-(args|options)|usage)\.ts$/, rank: 1 },
  { name: "shim/cli", files: /^shim\/cli(-[a-z]+)*\.ts$/, rank: 3 },
  { name: "shim/index", files: /^shim\/index\.ts$/, rank: 4 },
  { name: "shim", files: /^shim\//, rank: 2 },
  { name: "preload", files: /^preload\/index\.ts$/, rank: 2 },
  { name: "renderer", files: /^renderer\//, rank: 2 },
  { name: "main/app", files: /^main\/(app|assemble)\.ts$/, rank: 9 },
  { name: "main/headless", files: /^main\/headless\.ts$/, rank: 10 },
  { name: "main/index", files: /^main\/index\.ts$/, rank: 11 },
  { name: "main leaves", files: /^main\/[^/]+\.ts$/, rank: 2 },
  { name: "main/http", files: /^main\/http\//, rank: 3 },
  { name: "main/agents", files: /^main\/agents\//, rank: 3 },
  { name: "main/config", files: /^main\/config\//, rank: 4 },
  { name: "main/vault", files: /^main\/vault\//, rank: 4 },
  { name: "main/activity", files: /^main\/activity\//, rank: 4 },
  { name: "main/upstream", files: /^main\/upstream\//, rank: 5 },
  { name: "main/oauth", files: /^main\/oauth\//, rank: 5 },
  { name: "main/hub", files: /^main\/hub\//, rank: 6 },
  { name: "main/verbs", files: /^main\/verbs\//, rank: 7 },
  { name: "main/pipe", files: /^main\/pipe\//, rank: 8 },
  { name: "main/electron", files: /^main\/electron\//, rank: 10 },
];

/** Rank alone would let these reach further than they may. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  "pipe client": ["wire"],
  shim: ["wire", "pipe client"],
  "mcp-remote": [],
  "shim/cli": ["wire", "pipe client", "shim", "contract", "mcp-remote"],
  "shim/index": ["wire", "pipe client", "shim", "shim/cli"],
  preload: ["contract"],
  renderer: ["contract"],
};

/** Programs that stand on the wire's other side: no place imports them but those named here. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  // An app that finds a hub already running becomes that hub's client.
  "pipe client": ["main/pipe"],
  // Import reads the command lines of mcp-remote as `connect <url>` does.
  "mcp-remote": ["shim/cli", "main/config"],
  shim: [],
  "shim/cli": [],
  "shim/index": [],
  preload: [],
  renderer: [],
};

/** The folders that may use a package; a package that is not here may not be used at all. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  diff: /^main\/agents\//,
  i18next: /^preload\/words\.ts$/,
  "@tanstack/react-virtual": /^renderer\//,
  cmdk: /^renderer\//,
  picocolors: /^shim\/cli/,
  "electron-updater": /^main\/electron\/updates\.ts$/,
  "dbus-next": /^main\/electron\/tray-watch\.ts$/,
  electron: /^(main\/electron\/|main\/index\.ts$|preload\/index\.ts$)/,
  "openid-client": /^main\/oauth\//,
  socks: /^main\/http\//,
  "@napi-rs/keyring": /^main\/vault\//,
  react: /^renderer\//,
  "react-dom": /^renderer\//,
  zustand: /^renderer\//,
  "jsonc-parser": /^main\/(config\/|agents\/|json-(edit|tree)\.ts$)/,
  "smol-toml": /^main\/agents\//,
  yaml: /^main\/agents\//,
  undici: /^main\/(http|upstream)\//,
  zod: /^main\//,
  "@modelcontextprotocol/sdk": /^main\/(upstream|hub)\//,
};

/** Where Node's own modules are at hand: not in a window, not in a sandboxed preload script. */
const NODE_RUNS = /^(main|shim)\//;

interface Import {
  readonly from: string;
  readonly to: string;
}

function placeOf(file: string): { name: string; rank: number } {
  const place = PLACES.find(({ files }) => files.test(file));
  if (!place) throw new Error(`${file} stands in no place of the house: give it one in PLACES.`);
  return place;
}

/** Why an import is not allowed, or null. */
function judge({ from, to }: Import): string | null {
  if (to.startsWith("node:")) return NODE_RUNS.test(from) ? null : `${from} runs where there is no ${to}`;
  if (to === "assets/catalogue.json") return from === "main/config/catalogue.ts" ? null : `${from} imports ${to}`;
  if (to.startsWith("assets/locales/")) return from === "preload/words.ts" ? null : `${from} imports ${to}`;
  if (!/^(shim|preload|main|renderer)\//.test(to)) {
    const name = to.split("/", to.startsWith("@") ? 2 : 1).join("/");
    const places = PACKAGES[name];
    if (!places) return `${from} uses ${name}, which PACKAGES does not list`;
    return places.test(from) ? null : `${from} uses ${name}, which belongs to ${places.source}`;
  }
  if (/\.(css|svg|png)$/.test(to)) return from.startsWith("renderer/") ? null : `${from} imports ${to}`;
  const [mine, theirs] = [placeOf(from), placeOf(to)];
  if (mine.name === theirs.name) return null;
  const only = ONLY[mine.name];
  const allowed = only
    ? only.includes(theirs.name)
    : theirs.rank < mine.rank && (CLOSED[theirs.name]?.includes(mine.name) ?? true);
  return allowed ? null : `${from} (${mine.name}) imports ${to} (${theirs.name})`;
}

/** Every module that a source names: imports, re-exports, `import()`, `import("…").Type`, `require`. */
function importsOf(from: string, source: string): Import[] {
  const { program, errors } = parseSync(from, source);
  if (errors.length > 0) throw new Error(`${from} does not parse: ${errors[0]?.message}`);
  const named = new Set<string>();
  const add = (node: unknown) => {
    const value = (node as { value?: unknown } | null)?.value;
    if (typeof value === "string") named.add(value);
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    CallExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "require") add(node.arguments[0]);
    },
  }).visit(program);
  return [...named].map((name) => ({
    from,
    to: name.startsWith(".") ? posix.join(posix.dirname(from), name) : name,
  }));
}

/** The first ring of files that import each other, as a path that ends where it starts; null when there is none. */
function findCycle(imports: readonly Import[]): string[] | null {
  const graph = new Map<string, string[]>();
  for (const { from, to } of imports) graph.set(from, [...(graph.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] | null => {
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const cycle = walk(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = walk(file, []);
    if (cycle) return cycle;
  }
  return null;
}

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) =>
      relative(ROOT, join(ROOT, folder, name))
        .split(sep)
        .join("/"),
    ),
);
const imports = sources.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), "utf8")));

describe("the house", () => {
  test("every source stands in a place", () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.map((file) => placeOf(file).name)).not.toContain(undefined);
  });

  test("every import points the right way", () => {
    expect(imports.map(judge).filter((problem) => problem !== null)).toEqual([]);
  });

  test("no file imports itself through others", () => {
    expect(findCycle(imports)).toBeNull();
  });

  test("imports name the file they mean", () => {
    const bare = imports.filter(({ to }) => /^(shim|preload|main|renderer)\//.test(to) && posix.extname(to) === "");
    expect(bare).toEqual([]);
  });
});

describe("the check itself", () => {
  test.each([
    ["main/http/fetch.ts", "main/oauth/flow.ts"],
    ["main/config/parse.ts", "main/vault/types.ts"],
    ["main/activity/activity.ts", "main/oauth/types.ts"],
    ["main/errors.ts", "main/http/urls.ts"],
    ["main/hub/hub.ts", "main/app.ts"],
    ["main/headless.ts", "main/electron/window.ts"],
    ["main/hub/hub.ts", "shim/connect.ts"],
    ["main/pipe/server.ts", "shim/launch.ts"],
    ["main/electron/window.ts", "renderer/app.tsx"],
    ["preload/api.ts", "main/errors.ts"],
    ["renderer/store.ts", "main/errors.ts"],
    ["renderer/store.ts", "preload/index.ts"],
    ["renderer/store.ts", "shim/wire.ts"],
    ["shim/resume.ts", "preload/api.ts"],
    ["shim/resume.ts", "shim/cli.ts"],
    ["shim/index.ts", "preload/text.ts"],
    ["shim/wire.ts", "shim/connect.ts"],
    ["main/app.ts", "electron"],
    ["main/http/fetch.ts", "openid-client"],
    ["main/hub/hub.ts", "@napi-rs/keyring"],
    ["main/hub/hub.ts", "react"],
    ["shim/resume.ts", "zod"],
    ["main/hub/hub.ts", "left-pad"],
    ["renderer/store.ts", "node:fs"],
    ["preload/index.ts", "node:fs"],
  ])("%s may not import %s", (from, to) => {
    expect(judge({ from, to })).not.toBeNull();
  });

  test.each([
    ["main/index.ts", "main/electron/window.ts"],
    ["main/app.ts", "main/oauth/flow.ts"],
    ["main/pipe/server.ts", "shim/wire.ts"],
    ["main/pipe/attach.ts", "shim/connect.ts"],
    ["main/oauth/flow.ts", "openid-client"],
    ["main/upstream/stdio.ts", "node:child_process"],
    ["shim/cli.ts", "preload/text.ts"],
    ["shim/index.ts", "shim/resume.ts"],
    ["renderer/row.tsx", "preload/text.ts"],
    ["main/upstream/http.ts", "@modelcontextprotocol/sdk/types.js"],
  ])("%s may import %s", (from, to) => {
    expect(judge({ from, to })).toBeNull();
  });

  test("a file outside every place is an error", () => {
    expect(() => placeOf("main/misc/things.ts")).toThrow("no place");
  });

  test("every way of naming a module is seen", () => {
    const source = `
      import a from "./a.ts"; import type { B } from "./b.ts"; export { c } from "./c.ts"; export * from "./d.ts";
      export type { E } from "./e.ts"; const f = import("./f.ts"); let g: import("./g.ts").G; require("./h.ts"); import "./i.ts";
      export const text = 'import x from "./not-this.ts"';`;
    expect(importsOf("main/hub/x.ts", source).map(({ to }) => to.replace("main/hub/", ""))).toEqual(
      [..."abcdefghi"].map((letter) => `${letter}.ts`),
    );
  });

  test("a ring is found and a diamond is not one", () => {
    const edge = (from: string, to: string) => ({ from, to });
    expect(findCycle([edge("a", "b"), edge("b", "c"), edge("c", "b")])).toEqual(["b", "c", "b"]);
    expect(findCycle([edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")])).toBeNull();
  });
});
