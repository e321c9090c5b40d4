/** What a person can do with the accounts of a server. */
import type { Answer } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
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
