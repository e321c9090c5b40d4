/** From a server's next action to the call that does it, for rows and details alike. */
import { useContext } from "react";
import {
  accountToAllow,
  accountToCancel,
  accountToSignIn,
  accountToSignOut,
  ofAccount,
} from "../../preload/accounts.ts";
import type { Method, ServerStatus } from "../../preload/api.ts";
import { changedTools, type NextKind } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { pendingKey, StoreContext, useApp } from "../store.ts";

export interface Verb {
  /** The call is under way and its effect not seen yet. */
  readonly busy: boolean;
  act(): void;
}

export function useNextVerb(server: ServerStatus, kind: NextKind): Verb {
  const store = useContext(StoreContext);
  const turn = useTurn(server.name);
  const method = methodOf(kind);
  const account = accountOf(server, kind);
  const key = method === null ? null : pendingKey(method, { server: server.name, ...ofAccount(account) });
  const busy = useApp((state) => key !== null && state.pending.has(key));
  return {
    // signIn answers when the whole sign-in has ended; once it shows in the state, the button is another one.
    busy,
    act() {
      if (store === null || busy) return;
      const { run, open, select } = store.getState();
      const { name } = server;
      switch (kind) {
        case "sign_in":
        case "allow":
          void run("signIn", { server: name, ...ofAccount(account) });
          return;
        case "cancel":
          void run("cancelSignIn", { server: name, ...ofAccount(account) });
          return;
        case "retry":
          void run("retry", { server: name });
          return;
        case "enable":
          turn(true);
          return;
        case "sign_out":
          open({ kind: "sign_out", server: name, account: account ?? defaultAccount(server) });
          return;
        case "review":
          select(name, changedTools(server).length > 0 ? "tools" : "overview");
          return;
        case "client_id":
          select(name, "settings", "auth.client_id");
          return;
        case "fix":
          select(name, "settings");
          return;
        case "none":
          return;
      }
    },
  };
}

/** The account that is not the default one and yet meant. */
function accountOf(server: ServerStatus, kind: NextKind): string | null {
  if (kind === "sign_in") return accountToSignIn(server);
  if (kind === "allow") return accountToAllow(server);
  if (kind === "cancel") return accountToCancel(server);
  return kind === "sign_out" ? accountToSignOut(server) : null;
}

function defaultAccount(server: ServerStatus): string {
  return server.accounts.find((account) => account.default)?.name ?? "default";
}

function methodOf(kind: NextKind): Method | null {
  switch (kind) {
    case "sign_in":
    case "allow":
      return "signIn";
    case "cancel":
      return "cancelSignIn";
    case "retry":
      return "retry";
    case "enable":
      return "setServerEnabled";
    case "sign_out":
      return "signOut";
    case "review":
    case "client_id":
    case "fix":
    case "none":
      return null;
  }
}

/** Turns a server on or off, with a way back. */
export function useTurn(name: string): (on: boolean) => void {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  return (on) =>
    void run("setServerEnabled", { name, enabled: on }).then((result) => {
      if (result.ok)
        say(t(on ? "servers:detail.turned_on" : "servers:detail.turned_off", { server: name }), result.value.undo);
    });
}
