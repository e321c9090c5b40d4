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
import type { AccountStatus, ErrorObject, ServerStatus, Snapshot } from "../../preload/api.ts";
import {
  allowLabel,
  cancelLabel,
  codeLabel,
  codeToEnter,
  count,
  isSignedIn,
  nextAction,
  retryLabel,
  serverText,
  signInLabel,
  signOutLabel,
  vaultText,
} from "../../preload/text.ts";

export type TrayAction =
  | { readonly kind: "open" }
  | { readonly kind: "quit" }
  | { readonly kind: "call"; readonly method: TrayMethod; readonly server: string; readonly account?: string };

/** The verbs that the tray offers; each takes a server's name, and all but `retry` an account's. */
export type TrayMethod = "signIn" | "cancelSignIn" | "signOut" | "setDefaultAccount" | "retry";

export type MenuEntry =
  | { readonly type: "separator" }
  | { readonly type: "item"; readonly label: string; readonly action: TrayAction | null }
  | { readonly type: "submenu"; readonly label: string; readonly entries: readonly MenuEntry[] };

export type TrayIcon = "ok" | "attention" | "busy" | "error";

export interface MenuModel {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly entries: readonly MenuEntry[];
}

/** More servers than this that need nothing move into a submenu of their own. */
const FLAT_LIMIT = 8;

const SEPARATOR: MenuEntry = { type: "separator" };

/** `null` stands for a hub that is still starting. Labels are as to be read; `&` is not yet doubled. */
export function trayMenu(snapshot: Snapshot | null): MenuModel {
  const servers = snapshot?.servers ?? [];
  const needing = servers.filter((server) => server.state === "sign_in_required");
  const wanting = servers.filter((server) => nextAction(server).kind === "allow");
  const busy = servers.filter((server) => server.state === "signing_in");
  // With several accounts there is more to do than the one thing that is needed.
  const others = servers.filter(
    (server) => hasSeveral(server) || (server.state !== "sign_in_required" && server.state !== "signing_in"),
  );

  const groups: MenuEntry[][] = [
    snapshot === null ? [plain("Starting…")] : notices(snapshot),
    [
      ...needing.map((server) => signIn(server, accountToSignIn(server))),
      ...wanting.map((server) => allow(server, accountToAllow(server))),
      ...busy.flatMap((server) => [...codeEntry(server), cancel(server, accountToCancel(server))]),
    ],
    listed(others.map(serverEntry)),
    [
      { type: "item", label: "Open Gatehouse", action: { kind: "open" } },
      { type: "item", label: "Quit Gatehouse", action: { kind: "quit" } },
    ],
  ];
  return { ...summary(snapshot, needing.length, wanting.length, busy.length), entries: joined(groups) };
}

/** Electron reads `&` in a label as the mark of a mnemonic. */
export const escapeLabel = (label: string): string => label.replaceAll("&", "&&");

function summary(
  snapshot: Snapshot | null,
  needing: number,
  wanting: number,
  busy: number,
): Omit<MenuModel, "entries"> {
  if (snapshot === null) return { icon: "busy", tooltip: "Gatehouse is starting" };
  const failing = snapshot.servers.filter((server) => server.state === "failing").length;
  const problem = trouble(snapshot);
  const parts = [
    ...(problem === null ? [] : [problem.charAt(0).toLowerCase() + problem.slice(1)]),
    ...(needing === 0 ? [] : [`${count(needing, "server needs", "servers need")} you to sign in`]),
    ...(wanting === 0 ? [] : [`${count(wanting, "server wants", "servers want")} more access`]),
    ...(busy === 0 ? [] : ["waiting for your browser"]),
    ...(failing === 0 ? [] : [`${count(failing, "server is", "servers are")} not working`]),
  ];
  const icon = icons(problem !== null || failing > 0, needing + wanting > 0, busy > 0);
  return { icon, tooltip: parts.length === 0 ? "Gatehouse" : `Gatehouse: ${parts.join(", ")}` };
}

function icons(bad: boolean, need: boolean, busy: boolean): TrayIcon {
  if (need) return "attention";
  if (bad) return "error";
  return busy ? "busy" : "ok";
}

function trouble(snapshot: Snapshot): string | null {
  if (snapshot.config.error !== null) return "servers.json has a mistake";
  const vault = vaultText(snapshot.hub.vault);
  return vault.tone === "ok" ? null : vault.label;
}

function notices(snapshot: Snapshot): MenuEntry[] {
  const problem = trouble(snapshot);
  if (problem === null) return [];
  return [{ type: "item", label: `${problem}…`, action: { kind: "open" } }];
}

function serverEntry(server: ServerStatus): MenuEntry {
  const entries = serverActions(server);
  const label = `${server.name}: ${serverText(server).label}${errorMark(server.error, server)}`;
  return entries.length === 0 ? plain(label) : { type: "submenu", label, entries };
}

function serverActions(server: ServerStatus): MenuEntry[] {
  const next = nextAction(server).kind;
  const retry = next === "retry" ? [call(retryLabel(server.name), "retry", server, null)] : [];
  if (hasSeveral(server)) return joined([retry, ...server.accounts.map((account) => accountEntries(server, account))]);
  const entries: MenuEntry[] = [...retry];
  if (next === "sign_in") entries.push(signIn(server, accountToSignIn(server)));
  if (isSignedIn(server)) entries.push(signOut(server, accountToSignOut(server)));
  return entries;
}

function accountEntries(server: ServerStatus, account: AccountStatus): MenuEntry[] {
  const { name } = account;
  const mark = account.default ? ", used by default" : "";
  const entries = [plain(`${accountLabel(name)}: ${accountWords(account).label}${mark}`)];
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
  if (device === null) return [];
  return [{ type: "item", label: codeLabel(server.name, device.code, device.page), action: { kind: "open" } }];
}

const signIn = (server: ServerStatus, account: string | null): MenuEntry =>
  call(signInLabel(server.name, account), "signIn", server, account);
const allow = (server: ServerStatus, account: string | null): MenuEntry =>
  call(allowLabel(server.name, account), "signIn", server, account);
const cancel = (server: ServerStatus, account: string | null): MenuEntry =>
  call(cancelLabel(server.name, account), "cancelSignIn", server, account);
const signOut = (server: ServerStatus, account: string | null): MenuEntry =>
  call(signOutLabel(server.name, account), "signOut", server, account);

/** A server that works but whose last sign-in or refresh failed says so too. */
function errorMark(error: ErrorObject | null, server: ServerStatus): string {
  return error !== null && server.state !== "failing" && server.state !== "disabled" ? " (see Gatehouse)" : "";
}

function listed(entries: readonly MenuEntry[]): MenuEntry[] {
  if (entries.length <= FLAT_LIMIT) return [...entries];
  return [{ type: "submenu", label: count(entries.length, "other server"), entries }];
}

function joined(groups: readonly (readonly MenuEntry[])[]): MenuEntry[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? group : [SEPARATOR, ...group]));
}

function plain(label: string): MenuEntry {
  return { type: "item", label, action: null };
}

/** `account`: null, the default one. */
function call(label: string, method: TrayMethod, server: ServerStatus, account: string | null): MenuEntry {
  return { type: "item", label, action: { kind: "call", method, server: server.name, ...ofAccount(account) } };
}
