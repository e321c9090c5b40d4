/** What a pasted text or a file is, and the servers in it. Nothing is run and nobody is asked. */
import { type Format, type Slot, Unreadable } from "../../agents/format.ts";
import { TOML_FILE } from "../../agents/toml-file.ts";
import { YAML_FILE } from "../../agents/yaml-file.ts";
import { serversOfCommands } from "./commands.ts";
import { serversIn } from "./containers.ts";
import { type Found, isFields, type Problem, record } from "./found.ts";
import { readJson } from "./json.ts";
import { serversOfLink } from "./links.ts";
import { readCommands } from "./shell.ts";

export interface TextRead {
  /** What it was taken for, as in `a command line`. */
  readonly source: string;
  readonly found: readonly Found[];
  /** Why there is nothing in it; null: there is. */
  readonly problem: Problem | null;
}

export function readText(given: string): TextRead {
  const text = given.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  if (text.includes("\0")) return nothing("a text", "holds NUL characters, so it is no text", PASTE);
  const fenced = [...text.matchAll(/^[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)^[ \t]*\1/gm)].map((block) => block[2] ?? "");
  if (fenced.length > 0) return together("a page of documentation", fenced.map(readOne));
  return readOne(text);
}

const PASTE = "Paste a server's URL, the command line that starts or adds it, or a piece of an agent's configuration.";

function nothing(source: string, what: string, suggestion: string): TextRead {
  return { source, found: [], problem: { what, suggestion } };
}

function together(source: string, parts: readonly TextRead[]): TextRead {
  const found = parts.flatMap((part) => part.found);
  const only = parts.length === 1 ? parts[0] : undefined;
  return { source: only?.source ?? source, found, problem: found.length > 0 ? null : (parts[0]?.problem ?? null) };
}

function readOne(text: string): TextRead {
  const trimmed = text.trim();
  if (trimmed === "") return nothing("nothing", "is empty", PASTE);
  const [first = "", ...rest] = trimmed.split("\n");
  const inner = rest.join("\n").trim();
  // A URL, and below it how to sign in there.
  if (isAddress(first.trim()) && /^["{]/.test(inner)) return withAddress(first.trim(), inner);
  if (/^[[{"\u201c\u201e]/.test(withoutComments(trimmed)) && !isTable(first)) return ofJson(trimmed);
  if (/\s/.test(trimmed) === false) {
    const linked = serversOfLink(trimmed);
    if (linked !== null) return { source: "a link", found: linked, problem: null };
  }
  const lines = trimmed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.every(isAddress)) {
    const found = lines.map((line): Found => ({ name: null, format: "a URL", fields: record([["url", line]]) }));
    return { source: found.length === 1 ? "a URL" : "URLs", found, problem: null };
  }
  if (/^[ \t]*\[{1,2}[\w."' -]+\]{1,2}[ \t]*(#.*)?$/m.test(trimmed)) return ofFormat(TOML_FILE, "TOML", text);
  if (
    /^(?:---|[\w-]+:(?:\s|$)|- \w+:)/m.test(trimmed) &&
    /^[ \t]*(mcpServers|extensions|name|url|- name):/m.test(trimmed)
  ) {
    return ofFormat(YAML_FILE, "YAML", /^- /.test(trimmed) ? `mcpServers:\n${text}` : text);
  }
  return ofCommands(trimmed, lines.length === 1);
}

/** What stands behind the comments at the beginning. */
function withoutComments(text: string): string {
  let rest = text;
  for (;;) {
    const end = rest.startsWith("//") ? "\n" : rest.startsWith("/*") ? "*/" : null;
    if (end === null) return rest;
    const at = rest.indexOf(end);
    if (at < 0) return "";
    rest = rest.slice(at + end.length).trimStart();
  }
}

/** `[mcp_servers.github]` opens a table, `[{` and `["` a list. */
function isTable(line: string): boolean {
  return (
    /^\[{1,2}\s*[A-Za-z_"'][\w."' -]*\]{1,2}\s*(#.*)?$/.test(line.trim()) && !/^\[\s*"[^"]*"\s*\]$/.test(line.trim())
  );
}

const HOST = /^(?:[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?(?:[/?#]\S*)?$/i;
/** Endings of files, which look like those of hosts. */
const FILE = /^[^/]*\.(js|mjs|cjs|ts|py|sh|exe|cmd|bat|json|jar|toml|ya?ml|md|txt)$/i;

/** With or without its scheme. */
function isAddress(text: string): boolean {
  if (/\s/.test(text)) return false;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || (HOST.test(text) && !FILE.test(text));
}

function withAddress(url: string, json: string): TextRead {
  const read = ofJson(json);
  const found = read.found.map((each) => ({
    ...each,
    fields: "url" in each.fields ? each.fields : record([["url", url], ...Object.entries(each.fields)]),
  }));
  return { ...read, found };
}

function ofJson(text: string): TextRead {
  const reading = readJson(text);
  if (!reading.ok) {
    const where = reading.place === null ? "" : `, line ${reading.place.line}, column ${reading.place.column}`;
    const what = `is JSON with a mistake${where}: ${reading.what}`;
    return nothing("JSON", what, "Correct it there, or copy it again, whole.");
  }
  return ofData("JSON", serversIn(reading.value, reading.doubles));
}

/** Where no file has anything: only the data as a whole is wanted. */
const NOWHERE: Slot = { path: ["\u0000"], kind: "map" };

function ofFormat(format: Format, source: string, text: string): TextRead {
  try {
    return ofData(source, serversIn(format.parse(text, NOWHERE).data, new Map()));
  } catch (error) {
    if (error instanceof RangeError) return nothing(source, `is ${source} that is nested too deep`, PASTE);
    if (!(error instanceof Unreadable)) throw error;
    const where = error.line === null ? "" : ` in line ${error.line}`;
    const what = `is ${source} with a mistake${where}: ${error.message}`;
    return nothing(source, what, "Correct it there, or copy it again, whole.");
  }
}

function ofData(source: string, found: readonly Found[]): TextRead {
  if (found.length === 0) return nothing(source, `is ${source} in which no server is described`, PASTE);
  const [first] = found;
  const whose = found.every(({ format }) => format === first?.format) ? first?.format : undefined;
  const known = whose !== undefined && !/^(mcpServers|mcp|a part of a server)$/.test(whose);
  return { source: known ? `${source} as ${whose} has it` : source, found: found.filter(isServer), problem: null };
}

/** Members beside servers in a holder of them, as `allowed` below Gemini's `mcp`, are none. */
function isServer({ format, problem, fields }: Found): boolean {
  return !(format === "mcp" && problem !== undefined && isFields(fields) && Object.keys(fields).length === 0);
}

function ofCommands(text: string, alone: boolean): TextRead {
  const lines = readCommands(text);
  const { found, problem } = serversOfCommands(lines, alone);
  if (found.length > 0) {
    return { source: found.length === 1 ? "a command line" : "command lines", found, problem: null };
  }
  const { what = "is nothing that describes a server", suggestion = PASTE } = problem ?? {};
  return nothing("a text", what, suggestion);
}
