/** What a server offers, and trying a tool as the person. */
import type { ServerConfig } from "../config/types.ts";
import { Contents } from "../hub/contents.ts";
import type { ServerRuntime } from "../hub/server-runtime.ts";
import { accountOf } from "./accounts.ts";
import type { VerbDeps, Verbs } from "./types.ts";

/** Of a server that has no accounts. */
const NO_ACCOUNT = "default";

export function contentVerbs({ hub, signIns, lists }: VerbDeps): Verbs<"listContents" | "tryTool"> {
  const contents = new Contents(lists);

  const accountAt = ({ definition }: ServerRuntime, account: string | undefined): string =>
    isRemote(definition) ? accountOf(signIns, definition, account) : NO_ACCOUNT;

  return {
    listContents({ server: name, account, refresh = false }) {
      const server = hub.runtime(name);
      return contents.list(server, accountAt(server, account), refresh);
    },

    async tryTool({ server: name, account, tool, arguments: args }) {
      const server = hub.runtime(name);
      const { ms, result } = await contents.try(server, accountAt(server, account), tool, args);
      return { server: name, ms, result };
    },
  };
}

function isRemote(definition: ServerRuntime["definition"]): definition is Exclude<ServerConfig, { type: "stdio" }> {
  return !(definition instanceof Error) && definition.type !== "stdio";
}
