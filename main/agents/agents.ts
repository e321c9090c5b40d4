/** The agents of this machine: how they stand, and connecting them to Gatehouse by their own configuration files. */
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { AgentInfo, AgentPreview, AgentScope } from "../../preload/api-agents.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import type { Log } from "../ports.ts";
import { Backups } from "./backups.ts";
import { Changes } from "./changes.ts";
import { type Client, type Place, type Program, pathOf, placesOf, type Where } from "./client.ts";
import { CLIENTS } from "./clients.ts";
import { readAgentFile } from "./file.ts";
import { entriesOf, inspect } from "./inspect.ts";
import { MadeFiles } from "./made.ts";
import { isOurs, type Replaced, type Wanted } from "./plan.ts";

export interface AgentsOptions {
  readonly where: Where;
  /** What starts our program, without its arguments. Absolute. */
  readonly command: readonly string[];
  /** What it needs to find this Gatehouse, where an agent passes nothing of its own environment on. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the copies, absolute. */
  readonly backups: string;
  /** The file that remembers what was made, absolute. */
  readonly record: string;
  readonly log: Log;
}

/** As `previewAgent` of the contract takes it. */
export interface PreviewRequest {
  readonly client: string;
  readonly change: ConnectRequest | ReplaceRequest | { readonly kind: "disconnect" };
  readonly scope?: AgentScope | undefined;
  readonly project?: string | undefined;
  readonly path?: string | undefined;
}

interface ConnectRequest {
  readonly kind: "connect";
  readonly servers: "all" | readonly string[];
  readonly lazy?: boolean | undefined;
}

/** Entries of the agent's own, by name, give way to one of ours for a server. */
interface ReplaceRequest {
  readonly kind: "replace";
  readonly servers: Replaced;
}

/** A person's file of an agent. */
export interface AgentText {
  readonly client: string;
  readonly path: string;
  readonly text: string;
  /** Names of entries that do not go through Gatehouse, and of those that do. */
  readonly own: ReadonlySet<string>;
  readonly ours: ReadonlySet<string>;
}

export interface Agents {
  /** `project`: absolute; then with that project's files. Never rejects for a file: it says what is wrong with it. */
  list(project?: string): Promise<readonly AgentInfo[]>;
  /**
   * Servers are taken as they are given. Throws `invalid_request` (no such agent, project or file), `unsupported` (it has
   * no file that can be written), `config_invalid` (the file cannot be read, or its change would be a guess).
   */
  preview(request: PreviewRequest): Promise<AgentPreview>;
  /**
   * A file of a person, for taking over what is in it: of this agent the first with entries of its own, or this very one;
   * null: it is no agent's. Throws as {@link preview}, and where there is none.
   */
  read(which: { readonly client: string } | { readonly path: string }): Promise<AgentText | null>;
  /** As {@link Changes.apply}. */
  apply: Changes["apply"];
  /** As {@link Changes.undo}. */
  undo: Changes["undo"];
}

export async function openAgents(options: AgentsOptions): Promise<Agents> {
  const { where, command, env, log } = options;
  const changes = new Changes(new Backups(options.backups), await MadeFiles.open(options.record, log), log);

  const program = (wanted: Wanted): Program => {
    const [first = "gatehouse", ...rest] = command;
    const asked = wanted.kind === "server" ? [wanted.server] : wanted.lazy ? ["--lazy"] : [];
    return { command: [first, ...rest, "connect", ...asked], env };
  };

  const isAt = (place: Place, path: string): boolean => pathOf(place, where, undefined) === path;

  return {
    list: (project) => Promise.all(CLIENTS.map((client) => inspect(client, where, project))),
    async preview({ client: id, change, scope = "user", project, path }) {
      const client = find(id);
      if (scope === "project") await checkProject(project);
      const { place, path: file } = choose(client, scope, where, project, path);
      const wanted = change.kind === "connect" ? wants(change) : change.kind === "replace" ? change.servers : null;
      const preview = await changes.preview({ client, place, path: file, program }, wanted);
      const passing = preview.changes && wanted !== null && PASSING_PLACE.test(command[0] ?? "");
      return passing ? { ...preview, note: [MOVE_FIRST, preview.note ?? ""].join(" ").trim() } : preview;
    },
    async read(which) {
      if ("path" in which) {
        const { path } = which;
        const owner = CLIENTS.find((client) => placesOf(client, "user", where).some((place) => isAt(place, path)));
        return owner === undefined ? null : readPlace(owner, choose(owner, "user", where, undefined, path));
      }
      const client = find(which.client);
      const first = choose(client, "user", where, undefined, undefined);
      const places = placesOf(client, "user", where).map((place) => ({ place, path: pathOf(place, where, undefined) }));
      const texts = await Promise.all(places.map((place) => readPlace(client, place).catch(() => null)));
      return texts.find((text) => text !== null && text.own.size > 0) ?? readPlace(client, first);
    },
    apply: (preview) => changes.apply(preview),
    undo: (undo) => changes.undo(undo),
  };
}

async function readPlace(client: Client, { place, path }: { place: Place; path: string }): Promise<AgentText> {
  const file = await readAgentFile(path);
  if (file === null) throw noFile(client, path);
  const entries = entriesOf(place, path, file.text);
  const ours = new Set(entries.filter(isOurs).map(({ name }) => name));
  const own = new Set(entries.map(({ name }) => name).filter((name) => !ours.has(name)));
  return { client: client.id, path, text: file.text, own, ours };
}

/** Where an AppImage and an app that macOS has not let out of quarantine run: another place at each start. */
const PASSING_PLACE = /^\/tmp\/\.mount_|\/AppTranslocation\//;
const MOVE_FIRST =
  "Gatehouse runs from a place that is another one at its next start: install it, or move it to Applications, or the agent will not find it then.";

function wants({ servers, lazy = false }: ConnectRequest): Wanted[] {
  if (servers === "all") return [{ kind: "all", lazy }];
  if (lazy) {
    throw new GatehouseError({
      code: "invalid_request",
      message: "Single servers cannot be connected lazily.",
      suggestion: "Connect all servers lazily, or these without it.",
    });
  }
  return [...new Set(servers)].map((server) => ({ kind: "server", server }));
}

function find(id: string): Client {
  const client = CLIENTS.find((each) => each.id === id);
  if (client !== undefined) return client;
  throw new GatehouseError({
    code: "invalid_request",
    message: `Gatehouse knows no agent ${quoteRemote(id)}.`,
    suggestion: `It knows ${CLIENTS.map((each) => each.id).join(", ")}.`,
  });
}

async function checkProject(project: string | undefined): Promise<void> {
  if (project !== undefined && isAbsolute(project)) {
    const found = await stat(project).catch(() => null);
    if (found?.isDirectory()) return;
  }
  throw new GatehouseError({
    code: "invalid_request",
    message: project === undefined ? "No project was named." : `${quoteRemote(project)} is not a folder.`,
    suggestion: "Name the folder of the project, with its whole path.",
  });
}

function choose(
  client: Client,
  scope: AgentScope,
  where: Where,
  project: string | undefined,
  path: string | undefined,
): { place: Place; path: string } {
  const places = placesOf(client, scope, where).map((place) => ({ place, path: pathOf(place, where, project) }));
  const [first] = places;
  if (first === undefined) throw nowhere(client, scope);
  const chosen = path === undefined ? first : places.find((each) => each.path === path);
  if (chosen !== undefined) return chosen;
  throw new GatehouseError({
    code: "invalid_request",
    message: `${quoteRemote(path ?? "")} is no file of ${client.name}.`,
    suggestion: `Its files are ${places.map((each) => each.path).join(", ")}.`,
  });
}

function noFile({ name }: Client, path: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message: `${name} has no file ${quoteRemote(path)} yet.`,
    suggestion: "There is nothing to take over from it.",
  });
}

function nowhere({ name, places, note }: Client, scope: AgentScope): GatehouseError {
  if (places.length > 0) {
    return new GatehouseError({
      code: "unsupported",
      message: `${name} keeps no servers of a ${scope === "project" ? "project" : "person"}.`,
      suggestion: scope === "project" ? "Connect it for all projects." : "Connect it for a project.",
    });
  }
  return new GatehouseError({
    code: "unsupported",
    message: `${name} keeps its servers where no other program should write.`,
    suggestion: note ?? "Set it up in its own settings.",
  });
}
