/** Grants on their way to another name of the same server: copied first, deleted last, so that none is ever nowhere. */
import type { RemoteServer } from "../config/types.ts";
import type { Grant } from "../vault/types.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import type { Renaming } from "./types.ts";

interface Move {
  readonly old: Account;
  readonly target: Account;
  readonly grant: Grant | null;
  /** Lets refreshes of the old account go on. */
  readonly release: () => void;
}

export async function beginRenaming(accounts: Accounts, from: RemoteServer, to: RemoteServer): Promise<Renaming> {
  const chosen = accounts.defaultName(from);
  const moves: Move[] = [];
  const end = async (clear: (move: Move) => Account): Promise<void> => {
    // An entry that cannot be deleted now stays known, and so does not get out of hand.
    for (const move of moves) await accounts.uproot(clear(move)).catch(() => {});
    for (const { release } of moves) release();
  };
  const undo = (): Promise<void> => end(({ target }) => target);
  try {
    for (const old of accounts.held(from)) {
      const target = accounts.of(to, old.key.account);
      await accounts.load(old);
      while (old.refreshing !== null) await old.refreshing.catch(() => {});
      const grant = old.unsaved ?? old.grant;
      moves.push({ old, target, grant, release: hold(old) });
      await accounts.plant(target, grant);
    }
    await accounts.choose(accounts.of(to, chosen));
  } catch (error) {
    await undo();
    throw error;
  }
  return {
    undo,
    async done() {
      await end(({ old }) => old);
      for (const { target, grant } of moves) accounts.changed(target, grant === null ? "status" : "grant");
    },
  };
}

/** A refresh that came in between would use up the refresh token that was just copied. */
function hold(account: Account): () => void {
  let release = (): void => {};
  account.refreshing = new Promise<void>((resolve) => {
    release = resolve;
  });
  return () => {
    account.refreshing = null;
    release();
  };
}
