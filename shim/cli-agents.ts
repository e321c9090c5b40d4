/** `gatehouse agents`, `install` and `uninstall`: agents' own configuration files, from a terminal. */
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import type { AgentChange, AgentEntry, AgentFile, AgentInfo, AgentPreview, DiffLine } from "../preload/api-agents.ts";
import { count } from "../preload/text.ts";
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";
import { stderrColours } from "./cli-terminal.ts";
import type { Control } from "./control.ts";

const AGENTS_USAGE = "Usage: gatehouse agents [--all] [--project [folder]] [--json], or gatehouse agents undo <id>";

/** The agents of this machine and how they stand. */
export async function agents(args: readonly string[]): Promise<number> {
  if (args[0] === "undo") return undo(args.slice(1));
  const { rest, project } = takeProject(args);
  const { values } = parseArgs({
    args: rest,
    options: { json: { type: "boolean", default: false }, all: { type: "boolean", default: false } },
  });
  const hub = await control(true);
  try {
    const result = await call(hub, "listAgents", project === null ? {} : { project });
    if (!result.ok) return failed(result.error);
    if (values.json) {
      process.stdout.write(`${JSON.stringify(result.value, null, 2)}\n`);
      return EXIT.done;
    }
    const shown = result.value.agents.filter((agent) => values.all || agent.found || agent.connected !== "none");
    process.stdout.write(shown.map(agentLines).join(""));
    if (shown.length === 0) say("No agent was found on this machine. To see those that Gatehouse knows: --all");
    const idle = shown.find((agent) => agent.found && agent.writable && agent.connected === "none");
    if (idle !== undefined) say(`To connect one: gatehouse install ${idle.id}`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

function agentLines({ id, name, files, connected, writable, note, found }: AgentInfo): string {
  const own = files.flatMap(({ entries }) => entries).filter((entry) => !entry.through_gatehouse);
  const lines = [`${name} (${id}): ${wayWords(connected, files)}${found ? "" : ", not found here"}`];
  for (const file of files.filter((each) => each.exists || each.error !== null)) {
    lines.push(`  ${file.path}${file.error === null ? "" : `\n    ${file.error.message} ${file.error.suggestion}`}`);
  }
  if (own.length > 0) lines.push(`  of its own: ${own.map(ownWords).join(", ")}`);
  if (!writable && note !== null) lines.push(`  ${note}`);
  return `${lines.join("\n")}\n`;
}

function wayWords(connected: AgentInfo["connected"], files: readonly AgentFile[]): string {
  if (connected === "all") return "all servers through Gatehouse";
  if (connected === "none") return "not connected";
  const names = files.flatMap(({ entries }) => entries.flatMap(({ server }) => (server === null ? [] : [server])));
  return `${[...new Set(names)].join(", ")} through Gatehouse`;
}

function ownWords({ name, target, has_secret: secret }: AgentEntry): string {
  const more = [target ?? "", secret ? "a secret in plain text" : ""].filter((part) => part !== "");
  return more.length === 0 ? name : `${name} (${more.join(", ")})`;
}

async function undo(args: readonly string[]): Promise<number> {
  const [id, ...more] = args;
  if (id === undefined || more.length > 0) throw new Usage(AGENTS_USAGE);
  const hub = await control(false);
  try {
    const result = await call(hub, "undoAgent", { undo: id });
    if (!result.ok) return failed(result.error);
    say(`${result.value.path} is as it was before that change.`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

const OPTIONS = {
  "dry-run": { type: "boolean", default: false },
  yes: { type: "boolean", short: "y", default: false },
  json: { type: "boolean", default: false },
} as const;

export async function install(args: readonly string[]): Promise<number> {
  const { rest, project } = takeProject(args);
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      ...OPTIONS,
      server: { type: "string", multiple: true, default: [] },
      lazy: { type: "boolean", default: false },
    },
  });
  const servers = values.server.flatMap((each) => each.split(",")).filter((each) => each !== "");
  const [client, ...more] = positionals;
  if (client === undefined || more.length > 0 || (values.lazy && servers.length > 0)) {
    throw new Usage(
      "Usage: gatehouse install <client> [--server <name>… | --lazy] [--project [folder]] [--dry-run] [--yes] [--json]",
    );
  }
  const wants = (file: AgentFile | undefined): AgentChange =>
    servers.length === 0
      ? { kind: "connect", servers: "all", lazy: values.lazy }
      : { kind: "connect", servers: [...present(file), ...servers] };
  return changeFiles(client, project, wants, { ...values, dryRun: values["dry-run"] });
}

/** Servers that the file reaches by name already: another one comes beside them. */
function present(file: AgentFile | undefined): string[] {
  return (file?.entries ?? []).flatMap(({ server, account }) =>
    server === null ? [] : [account === null ? server : `${server}@${account}`],
  );
}

export async function uninstall(args: readonly string[]): Promise<number> {
  const { rest, project } = takeProject(args);
  const { values, positionals } = parseArgs({ args: rest, allowPositionals: true, options: OPTIONS });
  const [client, ...more] = positionals;
  if (client === undefined || more.length > 0) {
    throw new Usage("Usage: gatehouse uninstall <client> [--project [folder]] [--dry-run] [--yes] [--json]");
  }
  return changeFiles(client, project, () => ({ kind: "disconnect" }), { ...values, dryRun: values["dry-run"] });
}

interface How {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** What became of one file. */
interface Outcome {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
}

async function changeFiles(
  client: string,
  project: string | null,
  wants: (file: AgentFile | undefined) => AgentChange,
  how: How,
): Promise<number> {
  const hub = await control(true);
  try {
    const listed = await call(hub, "listAgents", project === null ? {} : { project });
    if (!listed.ok) return failed(listed.error);
    const agent = listed.value.agents.find(({ id }) => id === client);
    if (agent === undefined) {
      const ids = listed.value.agents.map(({ id }) => id).join(", ");
      throw new Usage(`Gatehouse knows no agent “${client}”. It knows ${ids}.`);
    }
    const scope = project === null ? "user" : "project";
    const files = agent.files.filter((file) => file.scope === scope);
    const outcomes: Outcome[] = [];
    // An agent without such a file has the preview say why.
    for (const file of files.length > 0 ? files : [undefined]) {
      const previewed = await call(hub, "previewAgent", {
        client,
        scope,
        change: wants(file),
        ...(project === null ? {} : { project }),
        ...(file === undefined ? {} : { path: file.path }),
      });
      if (previewed.ok) outcomes.push(await changeFile(hub, agent, previewed.value, how));
      else outcomes.push({ code: failed(previewed.error), json: { path: file?.path ?? null, error: previewed.error } });
    }
    if (how.json) {
      const answer = { client, dry_run: how.dryRun, files: outcomes.map(({ json }) => json) };
      process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    }
    return Math.max(...outcomes.map(({ code }) => code));
  } finally {
    hub.close();
  }
}

async function changeFile(hub: Control, agent: AgentInfo, preview: AgentPreview, how: How): Promise<Outcome> {
  const { path, changes, diff, backup, deletes, note } = preview;
  const seen = { path, scope: preview.scope, changes, deletes, diff, note };
  if (!changes) {
    say(`${path}: nothing to change.`);
    return { code: EXIT.done, json: { ...seen, applied: false, backup: null, undo: null } };
  }
  say(path);
  for (const line of diff) say(diffText(line));
  if (how.dryRun) {
    say("Nothing was written (--dry-run).");
    return { code: EXIT.done, json: { ...seen, applied: false, backup, undo: null } };
  }
  if (!how.yes && !how.json && !(await agrees(deletes))) {
    say("Nothing was written.");
    return { code: EXIT.failed, json: { ...seen, applied: false, backup: null, undo: null } };
  }
  const applied = await call(hub, "applyAgent", { preview: preview.preview });
  if (!applied.ok) return { code: failed(applied.error), json: { ...seen, applied: false, error: applied.error } };
  say(`${deletes ? "Deleted" : "Written"} (${count(diff.filter(isChange).length, "line")}).`);
  if (applied.value.backup !== null) say(`The file as it was: ${applied.value.backup}`);
  if (applied.value.undo !== null) say(`To take it back: gatehouse agents undo ${applied.value.undo}`);
  if (!agent.found) say(`${agent.name} itself was not found on this machine.`);
  if (note !== null) say(note);
  return { code: EXIT.done, json: { ...seen, applied: true, ...applied.value } };
}

function isChange({ kind }: DiffLine): boolean {
  return kind === "added" || kind === "removed";
}

function diffText({ kind, text }: DiffLine): string {
  switch (kind) {
    case "same":
      return `    ${text}`;
    case "added":
      return stderrColours.green(`  + ${text}`);
    case "removed":
      return stderrColours.red(`  - ${text}`);
    case "skipped":
      return stderrColours.dim("    …");
  }
}

/** Asks on a terminal; elsewhere the command is the answer. */
async function agrees(deletes: boolean): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${deletes ? "Delete the file" : "Write this"}? [y/N] `);
    return /^y(?:es)?$/i.test(answer.trim());
  } catch {
    return false; // Ctrl-D
  } finally {
    lines.close();
  }
}

/** `--project`, `--project <folder>`, `--project=<folder>`; null: it is not there. */
function takeProject(args: readonly string[]): { rest: string[]; project: string | null } {
  const at = args.findIndex((arg) => arg === "--project" || arg.startsWith("--project="));
  const option = args[at];
  if (option === undefined) return { rest: [...args], project: null };
  const next = args[at + 1];
  const takesNext = option === "--project" && next !== undefined && !next.startsWith("-");
  const folder = takesNext ? next : option.slice("--project=".length);
  return { rest: [...args.slice(0, at), ...args.slice(at + (takesNext ? 2 : 1))], project: resolve(folder || ".") };
}
