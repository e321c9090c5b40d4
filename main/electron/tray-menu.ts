/** The tray as data: what it says and what a click does, drawn from the snapshot. Pure. */

import {
  accountLabel,
  accountToAllow,
  accountToCancel,
  accountToSignIn,
  accountToSignOut,
  accountWords,
  defaultLabel,
  hasSeveral,
  ofAccount,
} from "../../preload/accounts.ts";
import type { AccountStatus, ServerStatus, Snapshot } from "../../preload/api.ts";
import type { Destination } from "../../preload/api-settings.ts";
import {
  allowLabel,
  cancelLabel,
  codeLabel,
  codeToEnter,
  isSignedIn,
  needsApproval,
  nextAction,
  retryLabel,
  serverText,
  signInLabel,
  signOutLabel,
} from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { agentsText, connectedAgents, NEEDS, type Need, needOf, trouble } from "./needs.ts";
import { summary, type TrayIcon } from "./tray-summary.ts";

export type TrayAction =
  | { readonly kind: "open" }
  | { readonly kind: "go"; readonly to: Destination }
  | { readonly kind: "quit" }
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "call"; readonly method: TrayMethod; readonly server: string; readonly account?: string };

/** The verbs that the tray offers; each takes a server's name, and all but `retry` an account's. */
export type TrayMethod = "signIn" | "cancelSignIn" | "signOut" | "setDefaultAccount" | "retry";

export type MenuEntry =
  | { readonly type: "separator" }
  | { readonly type: "item"; readonly label: string; readonly action: TrayAction | null }
  | { readonly type: "submenu"; readonly label: string; readonly entries: readonly MenuEntry[] };

export interface MenuModel {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly entries: readonly MenuEntry[];
}

const SEPARATOR: MenuEntry = { type: "separator" };

/** `null` stands for a hub that is still starting. Labels are as to be read; `&` is not yet doubled. */
export function trayMenu(snapshot: Snapshot | null): MenuModel {
  const servers = snapshot?.servers ?? [];
  const needing = NEEDS.flatMap((need) => servers.filter((server) => needOf(server) === need));
  const groups: MenuEntry[][] = [
    snapshot === null ? [plain(t("tray:starting"))] : notices(snapshot),
    needing.flatMap((server) => needEntries(server, needOf(server))),
    listed(
      servers.filter((server) => !isWholeAbove(server)),
      needing.length > 0,
    ),
    snapshot === null || servers.length === 0 ? [] : [pause(snapshot.paused)],
    [
      { type: "item", label: t("tray:open"), action: { kind: "open" } },
      ...(snapshot === null ? [] : interrupted(snapshot)),
      { type: "item", label: t("tray:quit"), action: { kind: "quit" } },
    ],
  ];
  return { ...summary(snapshot), entries: joined(groups) };
}

/** Electron reads `&` in a label as the mark of a mnemonic. */
export const escapeLabel = (label: string): string => label.replaceAll("&", "&&");

function notices(snapshot: Snapshot): MenuEntry[] {
  const problem = trouble(snapshot);
  return [
    ...(problem === null ? [] : [item(t("tray:problem", { problem }), { kind: "open" })]),
    ...(snapshot.paused ? [plain(t("tray:paused"))] : []),
  ];
}

function needEntries(server: ServerStatus, need: Need | null): MenuEntry[] {
  switch (need) {
    case "sign_in":
      return [signIn(server, accountToSignIn(server))];
    case "allow":
      return [call(allowLabel(server.name, accountToAllow(server)), "signIn", server, accountToAllow(server))];
    case "review": {
      const what = needsApproval(server) ? "tray:review_command" : "tray:review";
      return [item(t(what, { server: server.name }), show(server))];
    }
    case "look_at":
      return [item(t("tray:look_at", { server: server.name, state: serverText(server).label }), show(server))];
    case "retry":
      return [call(retryLabel(server.name), "retry", server, null)];
    case "waiting":
      return [...codeEntry(server), cancel(server, accountToCancel(server))];
    case null:
      return [];
  }
}

/** Whether its line above says all of it: with several accounts, or a sign-in to end, there is more to do. */
function isWholeAbove(server: ServerStatus): boolean {
  const need = needOf(server);
  return (need === "sign_in" || need === "waiting") && !hasSeveral(server) && !isSignedIn(server);
}

function serverEntry(server: ServerStatus): MenuEntry {
  const { name: label, error, state } = server;
  // A server that works but whose last sign-in or refresh failed says so too.
  const marked = error !== null && state !== "failing" && state !== "disabled";
  return {
    type: "submenu",
    label: t(marked ? "tray:server_with_error" : "tray:server", { server: label, state: serverText(server).label }),
    entries: joined([serverActions(server), [item(t("tray:show", { server: label }), show(server))]]),
  };
}

function serverActions(server: ServerStatus): MenuEntry[] {
  if (hasSeveral(server)) return joined(server.accounts.map((account) => accountEntries(server, account)));
  if (isSignedIn(server)) return [signOut(server, accountToSignOut(server))];
  return nextAction(server).kind === "sign_in" ? [signIn(server, accountToSignIn(server))] : [];
}

function accountEntries(server: ServerStatus, account: AccountStatus): MenuEntry[] {
  const { name } = account;
  const words = { account: accountLabel(name), state: accountWords(account).label };
  const entries = [plain(t(account.default ? "tray:default_account" : "tray:account", words))];
  if (server.state === "disabled") return entries;
  if (server.sign_in?.account === name) entries.push(cancel(server, name));
  else if (account.state === "signed_in") entries.push(signOut(server, name));
  else entries.push(signIn(server, name));
  if (!account.default) entries.push(call(defaultLabel(name), "setDefaultAccount", server, name));
  return entries;
}

/** The code of a sign-in that has no way back to this machine; a click opens the window, where it can be copied. */
function codeEntry(server: ServerStatus): MenuEntry[] {
  const device = codeToEnter(server.sign_in);
  return device === null ? [] : [item(codeLabel(server.name, device.code, device.page), show(server))];
}

function listed(servers: readonly ServerStatus[], besides: boolean): MenuEntry[] {
  if (servers.length === 0) return [];
  const label = t(besides ? "tray:others" : "tray:servers", { count: servers.length });
  return [{ type: "submenu", label, entries: servers.map(serverEntry) }];
}

const pause = (paused: boolean): MenuEntry =>
  item(t(paused ? "tray:resume" : "tray:pause"), { kind: "pause", paused: !paused });

/** What quitting stops, said before the click and not after it. */
function interrupted(snapshot: Snapshot): MenuEntry[] {
  const text = agentsText(connectedAgents(snapshot));
  return text === null ? [] : [plain(text)];
}

const signIn = (server: ServerStatus, account: string | null): MenuEntry =>
  call(signInLabel(server.name, account), "signIn", server, account);
const cancel = (server: ServerStatus, account: string | null): MenuEntry =>
  call(cancelLabel(server.name, account), "cancelSignIn", server, account);
const signOut = (server: ServerStatus, account: string | null): MenuEntry =>
  call(signOutLabel(server.name, account), "signOut", server, account);

const show = (server: ServerStatus): TrayAction => ({ kind: "go", to: { to: "server", server: server.name } });

function joined(groups: readonly (readonly MenuEntry[])[]): MenuEntry[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? group : [SEPARATOR, ...group]));
}

const item = (label: string, action: TrayAction | null): MenuEntry => ({ type: "item", label, action });
const plain = (label: string): MenuEntry => item(label, null);

/** `account`: null, the default one. */
function call(label: string, method: TrayMethod, server: ServerStatus, account: string | null): MenuEntry {
  return item(label, { kind: "call", method, server: server.name, ...ofAccount(account) });
}
