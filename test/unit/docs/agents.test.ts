/** docs/agents.md tells of every agent what the table of the code says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Client, Place, Where } from "../../../main/agents/client.ts";
import { CLIENTS } from "../../../main/agents/clients.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "agents.md"), "utf8");

const SYSTEMS: readonly Where[] = [
  { platform: "linux", home: "~", env: {} },
  { platform: "darwin", home: "~", env: {} },
  { platform: "win32", home: "%USERPROFILE%", env: { APPDATA: "%APPDATA%", LOCALAPPDATA: "%LOCALAPPDATA%" } },
];
const NAMES: Readonly<Record<string, string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };

/** Paths of a place, one that is the same everywhere but for the home and the separator once. */
function placeText(place: Place): string {
  const { path, kind } = place.slot(null);
  const paths = SYSTEMS.filter(
    ({ platform }) => platform === "win32" || place.folder?.(SYSTEMS[0] as Where) !== "",
  ).map((where) => ({ system: NAMES[where.platform], path: place.paths(where).join("`, `") }));
  const first = paths[0]?.path ?? "";
  const same = paths.every((each) => first === each.path.replace("%USERPROFILE%", "~").replaceAll("\\", "/"));
  const groups = same ? [{ systems: "", path: first }] : grouped(paths);
  const where = groups.map((group) => `${group.systems}\`${group.path}\``).join("; ");
  return `${where}, ${place.format === "json" ? "" : `${place.format.toUpperCase()}, `}${kind} \`${path.join(".")}\``;
}

function grouped(paths: readonly { system: string | undefined; path: string }[]) {
  const groups = new Map<string, string[]>();
  for (const { system = "", path } of paths) groups.set(path, [...(groups.get(path) ?? []), system]);
  return [...groups].map(([path, systems]) => ({ path, systems: `${systems.join(", ")} ` }));
}

function isOtherEditor(place: Place): boolean {
  const [path = ""] = place.paths(SYSTEMS[0] as Where);
  return path.includes("globalStorage") && !path.includes("/Code/");
}

function rowOf({ id, name, places, source, unverified, note }: Client): string {
  const user = places.filter((place) => place.scope === "user" && !isOtherEditor(place)).map(placeText);
  if (places.some(isOtherEditor)) user[0] += ", and the same of Code - Insiders, VSCodium, Cursor and Windsurf";
  const project = places.filter(({ scope }) => scope === "project").map(placeText);
  const known = unverified === undefined ? source : `${source}; not verified: ${unverified}`;
  const cells = [
    `${name}<br>\`${id}\``,
    user.join("<br>") || (note ?? "").replaceAll("|", "\\|"),
    project.join("<br>"),
    known,
  ];
  return `| ${cells.join(" | ")} |`;
}

test("a row for every agent, with its files on each system", () => {
  const rows = CLIENTS.map(rowOf);
  const written = page.split("\n").filter((line) => /^\| [^|]+<br>`/.test(line));
  expect(written).toEqual(rows);
});

test("the run with real agents names those that it ran", () => {
  const run = /<!-- run -->\n([\s\S]*)<!-- \/run -->/.exec(page)?.[1] ?? "";
  for (const client of ["claude-code", "gemini", "opencode", "mcporter", "codex"]) {
    expect(run).toMatch(
      new RegExp(`^\\| ${client} \\| \`[^|]+\` \\| \\d+\\.\\d+\\.\\d+ \\| (connected|listed) \\|`, "m"),
    );
  }
});
