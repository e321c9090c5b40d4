/** What a person can do with the accounts of a server, and what becomes of them when its entry changes. */
import type { Answer } from "../../preload/api.ts";
import type { ConfigStore } from "../config/store.ts";
import type { RemoteServer, ServerConfig } from "../config/types.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { isAccountName, MAX_NAME, normalName } from "../names.ts";
import type { SignIns } from "../oauth/types.ts";
import type { Checked } from "./params.ts";

type FindRemote = (name: string) => RemoteServer;

/** The account that is meant, `name` absent: the default one. Throws `invalid_request` for a name that none can have. */
export function accountOf(signIns: SignIns, server: RemoteServer, name: string | undefined): string {
  return name === undefined ? signIns.defaultAccount(server) : checkedAccountName(server.name, name);
}

/** In the one form (NFC). Throws `invalid_request`. */
export function checkedAccountName(server: string, name: string): string {
  const normal = normalName(name);
  if (isAccountName(normal)) return normal;
  throw new GatehouseError({
    code: "invalid_request",
    server,
    message: `${quoteRemote(name)} cannot be the name of an account.`,
    suggestion: `Take letters, digits, space, “.”, “_”, “-”, “@” and “+”, first a letter or digit, at most ${MAX_NAME} characters.`,
  });
}

export function accountVerbs(signIns: SignIns, findRemote: FindRemote) {
  return {
    async setDefaultAccount(params: Checked<"setDefaultAccount">): Promise<Answer<"setDefaultAccount">> {
      const server = findRemote(params.server);
      const account = accountOf(signIns, server, params.account);
      await signIns.setDefaultAccount(server, account);
      return { server: params.server, account };
    },

    async removeAccount({ server, account }: Checked<"removeAccount">): Promise<Answer<"removeAccount">> {
      await signIns.removeAccount(findRemote(server), account);
      return { server, account };
    },
  };
}

/**
 * Changes the entry. A grant belongs to a name and an origin: another name takes it along, at another origin nobody would
 * find it any more, so there every account is signed out.
 */
export async function updateServer(
  config: ConfigStore,
  signIns: SignIns,
  { name, new_name, server }: Checked<"updateServer">,
): Promise<Answer<"updateServer">> {
  const before = config.current.servers.get(name);
  const after = new_name === undefined ? name : normalName(new_name);
  const remote = before === undefined || before.type === "stdio" ? null : before;
  const taken = config.current.servers.has(after) || config.current.invalid.has(after);
  const renaming =
    remote !== null && !taken && (server === undefined || keepsOrigin(remote, server))
      ? await signIns.beginRenaming(remote, { ...remote, name: after })
      : null;
  try {
    await config.update(name, {
      ...(new_name === undefined ? {} : { newName: new_name }),
      ...(server === undefined ? {} : { server }),
    });
  } catch (error) {
    await renaming?.undo();
    throw error;
  }
  if (renaming !== null) await renaming.done();
  else if (remote !== null && !sameOwner(remote, config.current.servers.get(after))) {
    await signIns.removeAllAccounts(remote);
  }
  return { name: new_name ?? name };
}

/** False for an address that only the file can tell, because it holds variables. */
function keepsOrigin(before: RemoteServer, input: NonNullable<Checked<"updateServer">["server"]>): boolean {
  return "url" in input && URL.canParse(input.url) && new URL(input.url).origin === new URL(before.url).origin;
}

function sameOwner(before: RemoteServer, after: ServerConfig | undefined): boolean {
  if (after === undefined || after.type === "stdio") return false;
  return before.name === after.name && new URL(before.url).origin === new URL(after.url).origin;
}
