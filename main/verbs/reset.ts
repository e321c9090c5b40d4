/** Begins anew: without sign-ins, or without anything. What fails is told, and keeps nothing else from being done. */
import type { ErrorObject } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, GatehouseError, quoteRemote } from "../errors.ts";
import type { GrantKey } from "../vault/types.ts";
import type { VerbDeps, Verbs } from "./types.ts";
import type { Undos } from "./undo.ts";

export function resetVerbs(deps: VerbDeps, undos: Undos): Verbs<"reset"> {
  return {
    async reset({ what }) {
      const reset = new Reset(deps);
      await reset.signIns();
      if (what === "everything") await reset.everythingElse();
      undos.clear();
      deps.log.info("reset.done", { what, signed_out: reset.signedOut, problems: reset.problems.length });
      deps.changed();
      return { signed_out: reset.signedOut, backup: reset.backup, problems: reset.problems };
    },
  };
}

class Reset {
  readonly #deps: VerbDeps;
  readonly problems: ErrorObject[] = [];
  signedOut = 0;
  backup: string | null = null;
  /** A vault that failed once is not asked for the rest: a locked keychain takes its time, and prompts, for each. */
  #vaultFailed = false;

  constructor(deps: VerbDeps) {
    this.#deps = deps;
  }

  async signIns(): Promise<void> {
    const { config, hub, accounts, secrets } = this.#deps;
    const defined = [...config.current.servers.values(), ...hub.adHocServers()];
    const servers = defined.filter((server): server is RemoteServer => server.type !== "stdio");
    await Promise.all(servers.map((server) => this.#signOut(server)));
    for (const name of secrets.names()) await this.#withVault(() => secrets.remove(name));
    // Grants of servers that are in no file any more.
    for (const key of accounts.keys()) await this.#withVault(() => this.#forget(key));
    await config.reload();
  }

  async everythingElse(): Promise<void> {
    const { config, memories, pause } = this.#deps;
    await this.#attempt(async () => {
      this.backup = await config.startOver();
    });
    for (const memory of memories) {
      await this.#attempt(() => memory.clear().catch((error: unknown) => Promise.reject(notForgotten(error))));
    }
    await pause.set(false);
    this.#deps.hub.pauseChanged();
  }

  async #signOut(server: RemoteServer): Promise<void> {
    const { signIns } = this.#deps;
    for (const { name } of signIns.status(server).accounts) {
      await this.#withVault(async () => {
        const { wasSignedIn, revocation } = await signIns.signOut(server, name, false);
        if (wasSignedIn) this.signedOut += 1;
        if (revocation === "failed") this.problems.push(notRevoked(server.name, name).toObject());
        await signIns.removeAccount(server, name);
      });
    }
  }

  async #forget(key: GrantKey): Promise<void> {
    await this.#deps.vault.delete(key);
    await this.#deps.accounts.remove(key);
  }

  async #withVault(work: () => Promise<unknown>): Promise<void> {
    if (this.#vaultFailed) return;
    await this.#attempt(work, (error) => {
      const first = !this.#vaultFailed;
      this.#vaultFailed ||= error.code.startsWith("vault_");
      return first;
    });
  }

  async #attempt(work: () => Promise<unknown>, isNews: (error: GatehouseError) => boolean = () => true): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const error = asGatehouseError(thrown);
      this.#deps.log.warn("reset.failed", { error: thrown });
      if (isNews(error)) this.problems.push(error.toObject());
    }
  }
}

function notRevoked(server: string, account: string): GatehouseError {
  return new GatehouseError({
    code: "upstream_unreachable",
    server,
    message: `The tokens of the account ${quoteRemote(account)} were deleted here, but the sign-in service could not be told to end them.`,
    suggestion:
      "They end by themselves. To be sure, take the access away from Gatehouse in your account at the service.",
  });
}

function notForgotten(cause: unknown): GatehouseError {
  return new GatehouseError({
    code: "internal",
    message: "Something that Gatehouse remembers could not be deleted.",
    suggestion: "See that you may write to Gatehouse's folder, then reset again.",
    cause,
  });
}
