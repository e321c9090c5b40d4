/** How the agents of this machine stand: which are there, what their files say. Reads only. */
import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { AgentEntry, AgentFile, AgentInfo } from "../../preload/api-agents.ts";
import { asGatehouseError } from "../errors.ts";
import { visible } from "../visible.ts";
import { type Client, type Place, pathOf, placesOf, type Where } from "./client.ts";
import { askedOf, startsOf, targetOf, withoutAccount } from "./entry.ts";
import { parsed, readAgentFile, readsAnother, understood } from "./file.ts";
import type { Entry } from "./format.ts";
import { hasSecret } from "./literal-secrets.ts";

/** `project`: absolute, or no project's files. */
export async function inspect(client: Client, where: Where, project: string | undefined): Promise<AgentInfo> {
  const places = [
    ...placesOf(client, "user", where),
    ...(project === undefined ? [] : placesOf(client, "project", where)),
  ];
  const files = await Promise.all(places.map((place) => inspectFile(client, place, pathOf(place, where, project))));
  const asked = files.flatMap(({ entries }) => entries.filter((entry) => entry.through_gatehouse));
  return {
    id: client.id,
    name: client.name,
    found: client.signs(where).some((sign) => existsSync(sign)) || (await hasProgram(client, where)),
    writable: client.places.length > 0,
    files,
    connected: asked.some(isForAll) ? "all" : asked.some(({ server }) => server !== null) ? "some" : "none",
    note: client.note ?? null,
    source: client.source,
  };
}

/** All servers as one: neither a server of `servers.json` nor an address of its own. */
function isForAll({ server, target }: AgentEntry): boolean {
  return server === null && target === null;
}

async function inspectFile(client: Client, place: Place, path: string): Promise<AgentFile> {
  const { scope } = place;
  try {
    const file = await readAgentFile(path);
    if (file === null) {
      const other = otherFile(place, path);
      const error = other === null ? null : readsAnother(client, path, other).toObject();
      return { scope, path, exists: false, entries: [], error };
    }
    return { scope, path, exists: true, entries: entriesOf(place, path, file.text).map(describe), error: null };
  } catch (error) {
    return { scope, path, exists: existsSync(path), entries: [], error: asGatehouseError(error).toObject() };
  }
}

/** The file that the agent reads as long as there is none at `path`; null: no such file. */
export function otherFile({ instead }: Place, path: string): string | null {
  return instead !== undefined && existsSync(join(dirname(path), instead)) ? instead : null;
}

/** Throws `config_invalid`. */
export function entriesOf(place: Place, path: string, text: string): readonly Entry[] {
  return understood(path, () => parsed(place, text).entries);
}

function describe({ name, value }: Entry): AgentEntry {
  const asked = askedOf(value);
  const server = asked?.kind === "server" ? asked.server : null;
  const account = server?.includes("@") ? server.slice(server.indexOf("@") + 1) : null;
  // What goes by a name alone is found, or not, in the agent's own PATH.
  const missing = startsOf(value).find((path) => isAbsolute(path) && !existsSync(path));
  return {
    name: visible(name),
    through_gatehouse: asked !== null,
    server: server === null ? null : withoutAccount(server),
    account,
    target: targetOf(value),
    has_secret: hasSecret(value),
    ...(missing === undefined ? {} : { missing: visible(missing) }),
  };
}

const WINDOWS_ENDINGS = [".exe", ".cmd", ".bat"];

async function hasProgram({ programs }: Client, { env, platform }: Where): Promise<boolean> {
  const endings = platform === "win32" ? WINDOWS_ENDINGS : [""];
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const folders = (env[name] ?? "").split(delimiter).filter((folder) => folder !== "");
  const files = programs.flatMap((program) => endings.flatMap((end) => folders.map((it) => join(it, program + end))));
  return (await Promise.all(files.map(isRunnable))).some(Boolean);
}

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
