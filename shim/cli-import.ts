/** `gatehouse add` and `gatehouse import`: servers into `servers.json`, by hand or from elsewhere. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Answer, Result } from "../preload/api.ts";
import type { ImportCandidate, ImportPreview } from "../preload/api-import.ts";
import { count } from "../preload/text.ts";
import { call, control, EXIT, failed, quoteName, say, Usage } from "./cli-base.ts";
import { bold, dim, toned } from "./cli-terminal.ts";
import type { Control } from "./control.ts";

const ADD_USAGE = "Usage: gatehouse add <name> <url>, or gatehouse add <name> -- <command> [args…]";

/** One server, said outright. Nothing else in the file is touched. */
export async function add(args: readonly string[]): Promise<number> {
  const end = args.indexOf("--");
  const [name, url, ...more] = end < 0 ? args : args.slice(0, end);
  const [command, ...rest] = end < 0 ? [] : args.slice(end + 1);
  const server = command !== undefined ? { command, args: rest } : url !== undefined ? { url } : null;
  const isClear = name !== undefined && !name.startsWith("-") && more.length === 0 && end < 0 === (url !== undefined);
  if (!isClear || server === null) throw new Usage(ADD_USAGE);
  const hub = await control(true);
  try {
    const result = await call(hub, "addServer", { name, server });
    if (!result.ok) return failed(result.error);
    const added = result.value.name;
    say(`${added} was added. Agents reach it by: gatehouse connect ${quoteName(added)}`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

const IMPORT_USAGE =
  "Usage: gatehouse import <file|client|url|-> [--only <name>]… [--replace] [--dry-run] [--json]; - reads a snippet from stdin";

export async function importServers(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true, default: [] },
      replace: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const [from, ...more] = positionals;
  if (from === undefined || more.length > 0) throw new Usage(IMPORT_USAGE);
  const only = values.only.flatMap((each) => each.split(",")).map((each) => each.trim().normalize("NFC"));
  const text = from === "-" ? await stdinText() : null;
  const hub = await control(true);
  try {
    const read = await readFrom(hub, from, text);
    if (!read.ok) return failed(read.error);
    const preview = read.value;
    const chosen = choose(preview.candidates, only);
    if (!values.json) for (const candidate of preview.candidates) process.stdout.write(describe(candidate));
    if (preview.error !== null) {
      if (values.json) print({ preview: shownPreview(preview), done: null });
      return failed(preview.error);
    }
    if (values["dry-run"]) {
      if (values.json) print({ preview: shownPreview(preview), done: null });
      else say(`${count(chosen.length, "server")} would be added.`);
      return preview.candidates.some(({ error }) => error !== null) ? EXIT.failed : EXIT.done;
    }
    const result = await call(hub, "importServers", {
      preview: preview.preview,
      servers: chosen.map(({ id }) => ({ id })),
      replace_in_agent: values.replace,
    });
    if (!result.ok) return failed(result.error);
    if (values.json) print({ preview: shownPreview(preview), done: result.value });
    else tell(result.value, chosen);
    const skipped = only.length === 0 ? preview.candidates.filter(({ error }) => error !== null) : [];
    for (const { name } of values.json ? [] : skipped) say(`${name} was not added; see above.`);
    const { failed: lost, agent_error: error } = result.value;
    return lost.length === 0 && skipped.length === 0 && error === null ? EXIT.done : EXIT.failed;
  } finally {
    hub.close();
  }
}

function readFrom(hub: Control, from: string, text: string | null): Promise<Result<ImportPreview>> {
  if (text !== null) return call(hub, "readSnippet", { text });
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) return call(hub, "readSnippet", { text: from });
  const isFile = /[\\/.]/.test(from) || statSync(from, { throwIfNoEntry: false })?.isFile() === true;
  return call(hub, "readAgentServers", isFile ? { path: resolve(from) } : { client: from });
}

/** Longer than any configuration. */
const MAX_TEXT = 4 * 1024 * 1024;

async function stdinText(): Promise<string> {
  if (process.stdin.isTTY) say("Paste a snippet, press Enter, then Ctrl-D.");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_TEXT) throw new Usage("What came on stdin is larger than 4 MiB.");
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Without those that are there already or cannot be taken over, unless they are asked for by name. */
function choose(candidates: readonly ImportCandidate[], only: readonly string[]): ImportCandidate[] {
  if (only.length === 0) return candidates.filter((candidate) => candidate.error === null && !isThere(candidate));
  const unknown = only.find((name) => !candidates.some((candidate) => isCalled(candidate, name)));
  if (unknown !== undefined) {
    const names = candidates.map(({ name, name_was: was }) => was ?? name).join(", ");
    throw new Usage(`There is no server “${unknown}” in it${names === "" ? "" : `; there are ${names}`}.`);
  }
  return candidates.filter((candidate) => only.some((name) => isCalled(candidate, name)));
}

function isCalled({ name, name_was: was }: ImportCandidate, asked: string): boolean {
  return name === asked || was === asked;
}

function isThere({ same_as: same }: ImportCandidate): boolean {
  return same !== null;
}

/** What a server becomes, for reading. */
function describe(candidate: ImportCandidate): string {
  const {
    name,
    name_was: was,
    format,
    entry,
    became,
    dropped,
    warnings,
    secrets,
    unapproved,
    same_as: same,
  } = candidate;
  const lines = [`${bold(name)}${was === null ? "" : ` (called “${was}” there)`}  ${dim(format)}`];
  for (const line of JSON.stringify(entry, null, 2).split("\n")) lines.push(`  ${line}`);
  for (const { member, became: as } of became) lines.push(dim(`  ${member} becomes ${as}`));
  for (const { member, name: secret } of secrets) lines.push(`  ${member} goes into the vault as ${secret}`);
  for (const { member, why } of dropped) lines.push(dim(`  without ${member}: ${why}`));
  for (const warning of warnings) lines.push(`  ${warning}`);
  if (unapproved) lines.push(`  It is started only after: gatehouse approve ${quoteName(name)} --command`);
  if (same !== null) lines.push(`  It is there already, as ${same}.`);
  if (candidate.error !== null) lines.push(toned("bad", `  ${candidate.error.message} ${candidate.error.suggestion}`));
  return `${lines.join("\n")}\n`;
}

function tell(done: Answer<"importServers">, chosen: readonly ImportCandidate[]): void {
  const { added, secrets, failed: lost, agent_undo: undo, agent_error: error } = done;
  if (added.length > 0) say(`Added: ${added.join(", ")}.`);
  if (secrets.length > 0) say(`In the vault: ${secrets.join(", ")}.`);
  for (const { id, error: why } of lost) {
    const name = chosen.find((candidate) => candidate.id === id)?.name ?? id;
    say(`${name} was not added. ${why.message} ${why.suggestion}`);
  }
  if (added.length === 0 && lost.length === 0) say("Nothing was added.");
  if (undo !== null) say(`The agent reaches them through Gatehouse now. To undo that: gatehouse agents undo ${undo}`);
  if (error !== null) say(`The agent's own file stays as it is. ${error.message} ${error.suggestion}`);
}

/** Without what means nothing to anybody else. */
function shownPreview({ source, candidates, error }: ImportPreview): unknown {
  return { source, candidates, error };
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
