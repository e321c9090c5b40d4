/**
 * What becomes of sign-ins when an entry of `servers.json` changes. A grant belongs to a name and an origin: another name
 * takes it along, at another origin nobody would find it any more, so there every account is signed out.
 */
import type { TakeBack } from "../config/edits.ts";
import type { ConfigStore } from "../config/store.ts";
import type { RemoteServer, ServerConfig } from "../config/types.ts";
import type { SignIns } from "../oauth/types.ts";

interface Parts {
  readonly config: ConfigStore;
  readonly signIns: SignIns;
}

/** Where an entry stands after a change. */
export interface Place {
  readonly name: string;
  /** Of its URL; null: it has none, or only the file can tell because it holds variables. */
  readonly origin: string | null;
}

interface Changed {
  /** Takes the sign-ins back along, too; those that have ended are gone. */
  readonly takeBack: () => Promise<unknown>;
  /** Sign-ins that have ended by it. */
  readonly signedOut: number;
}

/**
 * Changes the entry `name` (null: there is none yet) into one at `after` (null: into none). Rejects with what `edit`
 * rejects with, and with what the vault does; the entry is as before then.
 */
export async function changeEntry(
  { config, signIns }: Parts,
  name: string | null,
  after: Place | null,
  edit: () => Promise<TakeBack>,
): Promise<Changed> {
  const { servers, invalid } = config.current;
  const before = name === null ? undefined : servers.get(name);
  const remote = before === undefined || before.type === "stdio" ? null : before;
  const moves =
    remote !== null &&
    after !== null &&
    !servers.has(after.name) &&
    !invalid.has(after.name) &&
    after.origin === originOf(remote);
  const renaming = moves ? await signIns.beginRenaming(remote, { ...remote, name: after.name }) : null;
  const takeBack = await edit().catch(async (error: unknown) => {
    await renaming?.undo();
    throw error;
  });
  let signedOut = 0;
  if (renaming !== null) await renaming.done();
  else if (remote !== null && losesOwner(config, remote, after)) {
    signedOut = countSignedIn(signIns, remote);
    await signIns.removeAllAccounts(remote).catch(async (error: unknown) => {
      // Tokens that nobody can find any more would be left.
      await takeBack().catch(() => {});
      throw error;
    });
  }
  const place = name === null ? null : { name, origin: before === undefined ? null : originOf(before) };
  return {
    signedOut,
    takeBack: () => changeEntry({ config, signIns }, after?.name ?? null, place, takeBack),
  };
}

export function originOf(server: ServerConfig): string | null {
  return server.type === "stdio" ? null : new URL(server.url).origin;
}

function countSignedIn(signIns: SignIns, server: RemoteServer): number {
  return signIns.status(server).accounts.filter(({ state }) => state === "signed_in").length;
}

/** Whether nobody would find the grants of `before` any more. */
function losesOwner(config: ConfigStore, before: RemoteServer, after: Place | null): boolean {
  if (after === null || after.name !== before.name) return true;
  const server = config.current.servers.get(after.name);
  // What an entry that is invalid now will be, nobody can tell.
  return server !== undefined && originOf(server) !== originOf(before);
}
