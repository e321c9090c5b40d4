/** Taking over servers from a text or an agent. */
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute } from "node:path";
import type { ErrorObject } from "../../preload/api-base.ts";
import type { ImportPreview } from "../../preload/api-import.ts";
import { readAgentFile } from "../agents/file.ts";
import { type Candidate, type Candidates, readCandidates } from "../config/import/candidates.ts";
import { asGatehouseError, GatehouseError, quoteRemote } from "../errors.ts";
import { checkName, normalName } from "../names.ts";
import type { VerbDeps, Verbs } from "./types.ts";
import type { Undos } from "./undo.ts";

interface Preview {
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** The agent whose file it was; null: none. */
  readonly agent: AgentSource | null;
}

interface AgentSource {
  readonly client: string;
  readonly path: string;
  /** Names of its entries in that file, by the id of what they became. */
  readonly names: ReadonlyMap<string, string>;
}

/** Older ones are forgotten, with the secrets in them, and all of them when nobody has read anything for so long. */
const MAX_PREVIEWS = 8;
const MAX_AGE_MS = 30 * 60 * 1000;

export function importVerbs(deps: VerbDeps, undos: Undos): Verbs<"readSnippet" | "readAgentServers" | "importServers"> {
  const { config, secrets, agents, env, log } = deps;
  const previews = new Map<string, Preview>();
  let forgetting: NodeJS.Timeout | undefined;

  const read = (text: string): Candidates =>
    readCandidates(text, {
      env,
      home: homedir(),
      names: [...config.current.servers.keys(), ...config.current.invalid.keys()],
      secrets: [...secrets.names(), ...config.secrets.keys()],
      servers: config.current.servers.values(),
    });

  const remember = ({ source, candidates, problem }: Candidates, agent: AgentSource | null): ImportPreview => {
    const preview = randomUUID();
    previews.set(preview, { candidates: new Map(candidates.map((one) => [one.shown.id, one])), agent });
    for (const oldest of [...previews.keys()].slice(0, -MAX_PREVIEWS)) previews.delete(oldest);
    clearTimeout(forgetting);
    forgetting = setTimeout(() => previews.clear(), MAX_AGE_MS).unref();
    return {
      preview,
      source,
      candidates: candidates.map(({ shown }) => shown),
      error: problem === null ? null : notUnderstood(problem),
    };
  };

  return {
    readSnippet: ({ text }) => remember(read(text), null),

    async readAgentServers(params) {
      const file = await agents.read(params);
      if (file === null) return remember(read(await fileText("path" in params ? params.path : "")), null);
      const { client, path, text, own, ours } = file;
      const all = read(text);
      // What goes through Gatehouse already is nothing to take over.
      const candidates = all.candidates.filter(({ called }) => called === null || !ours.has(called));
      const names = new Map(
        candidates.flatMap(({ shown, called }) => (called !== null && own.has(called) ? [[shown.id, called]] : [])),
      );
      const nothing = { what: "holds no server of its own", suggestion: "There is nothing to take over." };
      const problem = candidates.length > 0 ? null : all.candidates.length > 0 ? nothing : all.problem;
      return remember({ source: path, candidates, problem }, { client, path, names });
    },

    async importServers({ preview: id, servers, replace_in_agent: replace = false }) {
      const preview = previews.get(id);
      if (preview === undefined) throw unknownPreview();
      const failed: { id: string; error: ErrorObject }[] = [];
      const chosen: { name: string; candidate: Candidate }[] = [];
      const taken = new Set([...config.current.servers.keys(), ...config.current.invalid.keys()]);
      for (const one of servers) {
        const candidate = preview.candidates.get(one.id);
        const name = normalName(one.name ?? candidate?.shown.name ?? "");
        const error = candidate === undefined ? unknownPreview() : objection(name, taken);
        const found = error?.toObject() ?? candidate?.shown.error ?? null;
        if (candidate === undefined || found !== null) {
          failed.push({ id: one.id, error: found ?? unknownPreview().toObject() });
          continue;
        }
        taken.add(name);
        chosen.push({ name, candidate });
      }
      const added = chosen.map(({ name }) => name);
      const moved = chosen.flatMap(({ candidate }) => candidate.secrets);
      const undo = chosen.length === 0 ? null : await add(chosen);
      log.info("servers.imported", { servers: added, moved_to_vault: moved.length, left_out: failed.length });
      const agent = replace && preview.agent !== null ? await replaceIn(preview.agent, chosen) : NOTHING_IN_AGENT;
      return { added, secrets: moved.map(({ name }) => name), failed, undo, ...agent };
    },
  };

  /** Secrets first, so that no entry refers to what is not there. Answers the undo. */
  async function add(chosen: readonly { name: string; candidate: Candidate }[]): Promise<string> {
    const kept: string[] = [];
    const forget = async (): Promise<void> => {
      for (const name of kept) await secrets.remove(name);
    };
    try {
      for (const { candidate } of chosen) {
        for (const { name, value } of candidate.secrets) {
          await secrets.set(name, value);
          kept.push(name);
        }
      }
      const takeBack = await config.addAll(chosen.map(({ name, candidate }) => [name, candidate.entry]));
      return undos.add(async () => {
        const there = chosen.map(({ name }) => config.current.servers.get(name));
        await takeBack();
        for (const server of there) {
          if (server !== undefined && server.type !== "stdio") await deps.signIns.removeAllAccounts(server);
        }
        await forget();
        return { name: chosen.map(({ name }) => name).join(", ") };
      });
    } catch (error) {
      await forget().catch(() => undefined);
      throw error;
    }
  }

  async function replaceIn(
    { client, path, names }: AgentSource,
    chosen: readonly { name: string; candidate: Candidate }[],
  ): Promise<{ agent_undo: string | null; agent_error: ErrorObject | null }> {
    const replaced = new Map(
      chosen.flatMap(({ name, candidate }): [string, string][] => {
        const own = names.get(candidate.shown.id);
        return own === undefined ? [] : [[own, name]];
      }),
    );
    if (replaced.size === 0) return NOTHING_IN_AGENT;
    try {
      const { preview } = await agents.preview({ client, path, change: { kind: "replace", servers: replaced } });
      const { undo } = await agents.apply(preview);
      return { agent_undo: undo, agent_error: null };
    } catch (error) {
      return { agent_undo: null, agent_error: asGatehouseError(error).toObject() };
    }
  }
}

const NOTHING_IN_AGENT = { agent_undo: null, agent_error: null };

async function fileText(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new GatehouseError({
      code: "invalid_request",
      message: `${quoteRemote(path)} is not the whole path of a file.`,
      suggestion: "Name the file with its whole path.",
    });
  }
  const file = await readAgentFile(path);
  if (file !== null) return file.text;
  throw new GatehouseError({
    code: "invalid_request",
    message: `There is no file ${quoteRemote(path)}.`,
    suggestion: "Look at the file's name and folder.",
  });
}

/** Why a server cannot be called that; null: it can. */
function objection(name: string, taken: ReadonlySet<string>): GatehouseError | null {
  const check = checkName(name);
  if (!check.ok) {
    return new GatehouseError({
      code: "invalid_request",
      server: name,
      message: `${quoteRemote(name)} cannot be the name of a server.`,
      suggestion: `“${check.suggestion}” would do.`,
    });
  }
  if (!taken.has(name)) return null;
  return new GatehouseError({
    code: "invalid_request",
    server: name,
    message: `There is a server ${quoteRemote(name)} already.`,
    suggestion: "Choose another name, or change that server.",
  });
}

function notUnderstood({ what, suggestion }: { what: string; suggestion: string }): ErrorObject {
  return new GatehouseError({ code: "config_invalid", message: `It ${what}.`, suggestion }).toObject();
}

function unknownPreview(): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message: "What was read is no longer known.",
    suggestion: "Paste it, or read the file, again.",
  });
}
