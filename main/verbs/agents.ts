/** Agents' own configuration files. */
import { isAbsolute } from "node:path";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { unknownServer } from "../hub/hub.ts";
import { checkedAccountName } from "./accounts.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function agentVerbs({
  agents,
  config,
}: VerbDeps): Verbs<"listAgents" | "previewAgent" | "applyAgent" | "undoAgent"> {
  /** `name` or `name@account`. Throws `unknown_server`, `invalid_request`. */
  function check(text: string): void {
    const at = text.indexOf("@");
    const name = at === -1 ? text : text.slice(0, at);
    if (!config.current.servers.has(name) && !config.current.invalid.has(name)) {
      throw unknownServer(name, [...config.current.servers.keys()]);
    }
    if (at !== -1) checkedAccountName(name, text.slice(at + 1));
  }

  return {
    async listAgents({ project }) {
      if (project !== undefined && !isAbsolute(project)) throw notAbsolute(project);
      return { agents: await agents.list(project) };
    },

    async previewAgent(params) {
      const { change } = params;
      if (change.kind === "connect" && change.servers !== "all") change.servers.forEach(check);
      return agents.preview(params);
    },

    applyAgent: ({ preview }) => agents.apply(preview),
    undoAgent: ({ undo }) => agents.undo(undo),
  };
}

function notAbsolute(project: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message: `${quoteRemote(project)} is not the whole path of a folder.`,
    suggestion: "Name the folder of the project, with its whole path.",
  });
}
