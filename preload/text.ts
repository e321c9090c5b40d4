/**
 * The words for every state, step and error code, one place for window, tray and terminal. Pure functions; each switch
 * is exhaustive, so a new state or code does not compile until it has words.
 */
import type {
  AccountState,
  ActivityRecord,
  BlockedTool,
  ErrorCode,
  ErrorObject,
  ServerState,
  ServerStatus,
  SignInStatus,
  SignInStep,
  StepUp,
  ToolStatus,
  VaultStatus,
} from "./api.ts";

/** How a state is drawn: shape and colour go by tone. */
export type Tone = "ok" | "need" | "busy" | "bad" | "off";

export interface Words {
  readonly label: string;
  readonly tone: Tone;
}

export type NextKind = "sign_in" | "allow" | "review" | "cancel" | "retry" | "sign_out" | "enable" | "none";

export interface NextAction {
  readonly kind: NextKind;
  /** Label of the button; empty for `none`. */
  readonly label: string;
}

function never(value: never): never {
  throw new TypeError(`no words for ${String(value)}`);
}

/** Words for a state alone, when nothing more is known of the server. */
export function stateText(state: ServerState): Words {
  switch (state) {
    case "disabled":
      return { label: "Off", tone: "off" };
    case "idle":
      return { label: "Ready", tone: "ok" };
    case "connecting":
      return { label: "Connecting", tone: "busy" };
    case "ready":
      return { label: "Ready", tone: "ok" };
    case "sign_in_required":
      return { label: "Sign-in needed", tone: "need" };
    case "signing_in":
      return { label: "Waiting for your browser", tone: "busy" };
    case "failing":
      return { label: "Not working", tone: "bad" };
    default:
      return never(state);
  }
}

/** Words for a server: its state, made more exact by account, sign-in step and error. */
export function serverText(server: ServerStatus): Words {
  const words = stateText(server.state);
  switch (server.state) {
    case "idle":
    case "ready":
      if (wantsMore(server)) return { label: errorHeadline("insufficient_scope"), tone: "need" };
      if (changedTools(server).length > 0) return { label: changedText(server), tone: "need" };
      if (isSignedIn(server)) return { label: "Signed in", tone: "ok" };
      return needUnknown(server) ? { label: "Not connected yet", tone: "off" } : words;
    case "signing_in":
      return signingInText(server.sign_in) ?? words;
    case "failing":
      if (server.error === null) return words;
      return { label: errorHeadline(server.error.code), tone: needsApproval(server) ? "need" : "bad" };
    default:
      return words;
  }
}

function signingInText(signIn: SignInStatus | null): Words | null {
  if (signIn === null) return null;
  const device = codeToEnter(signIn);
  if (device !== null && signIn.step === "waiting") return { label: `Enter the code ${device.code}`, tone: "busy" };
  return { label: stepText(signIn.step), tone: "busy" };
}

/** What a sign-in without a way back asks the person to type, and where (RFC 8628 §3.3); null: nothing. */
export function codeToEnter(signIn: SignInStatus | null): { readonly code: string; readonly page: string } | null {
  const { user_code: code, verification_uri: page } = signIn ?? {};
  return code === undefined || page === undefined ? null : { code, page };
}

export function accountText(state: AccountState): Words {
  switch (state) {
    case "signed_in":
      return { label: "Signed in", tone: "ok" };
    case "signed_out":
      return { label: "Signed out", tone: "off" };
    case "expired":
      return { label: "Sign-in has ended", tone: "need" };
    default:
      return never(state);
  }
}

export function stepText(step: SignInStep): string {
  switch (step) {
    case "probe":
      return "Asking the server";
    case "register":
      return "Introducing Gatehouse";
    case "callback":
      return "Getting ready for the answer";
    case "authorize":
      return "Opening your browser";
    case "waiting":
      return "Waiting for your browser";
    case "exchange":
      return "Finishing sign-in";
    case "done":
      return "Signed in";
    default:
      return never(step);
  }
}

/** A few words for an error code: what is wrong, not what to do (that is the error's own suggestion). */
export function errorHeadline(code: ErrorCode): string {
  switch (code) {
    case "sign_in_required":
      return "Sign-in needed";
    case "client_id_required":
      return "Needs a client ID from the server's owner";
    case "registration_failed":
      return "The sign-in service refused Gatehouse";
    case "metadata_discovery_failed":
      return "No way to sign in was found";
    case "metadata_invalid":
      return "The sign-in service describes itself wrongly";
    case "authorization_denied":
      return "Access was denied";
    case "callback_timeout":
      return "Sign-in took too long";
    case "sign_in_cancelled":
      return "Sign-in was cancelled";
    case "state_mismatch":
      return "The browser's answer belongs to another sign-in";
    case "issuer_mismatch":
      return "Another sign-in service answered";
    case "token_exchange_failed":
      return "Sign-in could not be finished";
    case "refresh_failed":
      return "Sign-in could not be renewed";
    case "insufficient_scope":
      return "Wants more access";
    case "vault_unavailable":
      return "No safe place for secrets";
    case "vault_locked":
      return "The keychain is locked";
    case "vault_unreadable":
      return "Stored sign-ins cannot be read";
    case "config_invalid":
      return "Mistake in the settings";
    case "upstream_unreachable":
      return "No answer from the server";
    case "upstream_failed":
      return "The server answered with an error";
    case "session_lost":
      return "The server lost the session";
    case "hub_restarted":
      return "Gatehouse was restarted";
    case "hub_unreachable":
      return "Gatehouse is not running";
    case "unsafe_url":
      return "Unsafe address refused";
    case "timeout":
      return "The server took too long";
    case "tool_blocked":
      return "This tool is held back";
    case "approval_required":
      return "Not allowed to run yet";
    case "approvals_unreadable":
      return "Approved tools cannot be read";
    case "too_large":
      return "The message is too large";
    case "pkce_unsupported":
      return "The sign-in service is not safe enough";
    case "resource_mismatch":
      return "The server names another address as its own";
    case "unknown_server":
      return "No server of this name";
    case "server_disabled":
      return "The server is off";
    case "no_sign_in_needed":
      return "No sign-in needed";
    case "browser_failed":
      return "The browser did not open";
    case "redirect_unavailable":
      return "The return address is in use";
    case "invalid_request":
      return "That cannot be done";
    case "conflict":
      return "Something else has changed it meanwhile";
    case "unsupported":
      return "Not supported";
    case "internal":
      return "Something went wrong in Gatehouse";
    default:
      return never(code);
  }
}

/** Where an error is put right: by another sign-in, by another try, or in the settings. */
function remedy(code: ErrorCode): "sign_in" | "retry" | "settings" {
  switch (code) {
    case "sign_in_required":
    case "registration_failed":
    case "metadata_discovery_failed":
    case "metadata_invalid":
    case "authorization_denied":
    case "callback_timeout":
    case "sign_in_cancelled":
    case "state_mismatch":
    case "issuer_mismatch":
    case "token_exchange_failed":
    case "insufficient_scope":
    case "pkce_unsupported":
    case "resource_mismatch":
    case "browser_failed":
    case "redirect_unavailable":
      return "sign_in";
    case "client_id_required":
    case "config_invalid":
    case "unknown_server":
    case "unsafe_url":
    case "approval_required":
      return "settings";
    case "refresh_failed":
    case "vault_unavailable":
    case "vault_locked":
    case "vault_unreadable":
    case "upstream_unreachable":
    case "upstream_failed":
    case "session_lost":
    case "hub_restarted":
    case "hub_unreachable":
    case "timeout":
    case "tool_blocked":
    case "approvals_unreadable":
    case "too_large":
    case "server_disabled":
    case "no_sign_in_needed":
    case "invalid_request":
    case "conflict":
    case "unsupported":
    case "internal":
      return "retry";
    default:
      return never(code);
  }
}

export function isSignedIn(server: ServerStatus): boolean {
  return server.accounts.some((account) => account.state === "signed_in");
}

/** What to know of access that a server asks for beyond what was given. */
export function stepUpText(stepUp: StepUp): string {
  switch (stepUp) {
    case "open":
      return "“Allow…” opens the sign-in page in your own browser. What you have allowed so far stays.";
    case "refused":
      return "It was not given. Agents are told so and go on without it.";
    case "given":
      return "You have given this, and the server refuses the call all the same. Its operator knows who may do this.";
    default:
      return never(stepUp);
  }
}

/** Whether an agent's call needs more access than the person has given, and a click can give it. */
export function wantsMore(server: ServerStatus): boolean {
  return server.challenge?.step_up === "open" && isSignedIn(server);
}

/** Tools that are held back until somebody has looked at what changed in them. */
export function changedTools(server: ServerStatus): readonly BlockedTool[] {
  return server.blocked_tools.filter(({ reason }) => reason === "changed");
}

function changedText(server: ServerStatus): string {
  return `${count(changedTools(server).length, "tool")} changed`;
}

/** Whether it is a program that came from elsewhere and waits for leave to run. */
export function needsApproval(server: ServerStatus): boolean {
  return server.error?.code === "approval_required";
}

export function toolStateText(state: ToolStatus["state"]): Words {
  switch (state) {
    case "allowed":
      return { label: "allowed", tone: "ok" };
    case "denied":
      return { label: "turned off in servers.json", tone: "off" };
    case "changed":
      return { label: "changed, held back", tone: "need" };
    default:
      return never(state);
  }
}

/** Whether nobody knows yet if this server wants a sign-in: it is remote, nobody is signed in, nobody has asked it. */
export function needUnknown(server: ServerStatus): boolean {
  return server.state === "idle" && server.type !== "stdio" && !isSignedIn(server);
}

/** The one thing to offer for a server in its present state. */
export function nextAction(server: ServerStatus): NextAction {
  switch (server.state) {
    case "disabled":
      // An entry that is off because it is wrong is not turned on by a click.
      return server.error?.code === "config_invalid" ? NONE : { kind: "enable", label: "Turn on" };
    case "signing_in":
      return { kind: "cancel", label: "Cancel" };
    case "sign_in_required":
      return SIGN_IN;
    case "failing":
      if (needsApproval(server)) return { kind: "review", label: "Review command" };
      return wantsMore(server) ? ALLOW : failingAction(server.error, isSignedIn(server));
    case "idle":
    case "connecting":
    case "ready":
      if (wantsMore(server)) return ALLOW;
      if (changedTools(server).length > 0) return { kind: "review", label: "Review changes" };
      if (isSignedIn(server)) return { kind: "sign_out", label: "Sign out" };
      return needUnknown(server) ? SIGN_IN : NONE;
    default:
      return never(server.state);
  }
}

const NONE: NextAction = { kind: "none", label: "" };
const ALLOW: NextAction = { kind: "allow", label: "Allow…" };
const SIGN_IN: NextAction = { kind: "sign_in", label: "Sign in" };

function failingAction(error: ErrorObject | null, signedIn: boolean): NextAction {
  const way = error === null ? "retry" : remedy(error.code);
  if (way === "settings") return NONE;
  return way === "sign_in" && !signedIn ? SIGN_IN : { kind: "retry", label: "Retry" };
}

/** ` as work`, nothing for the account that is meant without a name (null). */
export const asAccount = (account: string | null): string => {
  if (account === null) return "";
  return account === "default" ? " with your account" : ` as ${account}`;
};
export const signInLabel = (server: string, account: string | null = null): string =>
  `Sign in to ${server}${asAccount(account)}`;
export const allowLabel = (server: string, account: string | null = null): string =>
  `Allow more access to ${server}${asAccount(account)}`;
export const signOutLabel = (server: string, account: string | null = null): string =>
  `Sign out of ${server}${asAccount(account)}`;
export const cancelLabel = (server: string, account: string | null = null): string =>
  `Cancel sign-in to ${server}${asAccount(account)}`;
export const codeLabel = (server: string, code: string, page: string): string =>
  `${server}: enter the code ${code} at ${page.replace(/^https?:\/\//, "")}`;
export const retryLabel = (server: string): string => `Retry ${server}`;

/** Where sign-ins rest, as a person calls it. `platform` as in `process.platform`, when known. */
function vaultPlace(kind: VaultStatus["kind"], platform?: string): string {
  switch (kind) {
    case "keychain":
      if (platform === "darwin") return "the macOS Keychain";
      return platform === "win32" ? "Windows Credential Manager" : "the system keyring";
    case "file":
      return "an encrypted file";
    case "memory":
      return "memory only";
    default:
      return never(kind);
  }
}

/** The state of the vault in words; the headline of its banner when it is bad. */
export function vaultText(vault: VaultStatus, platform?: string): Words {
  switch (vault.state) {
    case "ok":
    case "unknown":
      return { label: `Sign-ins kept in ${vaultPlace(vault.kind, platform)}`, tone: "ok" };
    case "unavailable":
      return { label: errorHeadline("vault_unavailable"), tone: "bad" };
    case "locked":
      return { label: errorHeadline("vault_locked"), tone: "need" };
    case "unreadable":
      return { label: errorHeadline("vault_unreadable"), tone: "bad" };
    default:
      return never(vault.state);
  }
}

/** What to do about a vault that does not work; null when it does. */
export function vaultAdvice(vault: VaultStatus): string | null {
  switch (vault.state) {
    case "ok":
    case "unknown":
      return null;
    case "unavailable":
      return vault.kind === "keychain"
        ? "Gatehouse cannot reach this computer's keychain, so nobody can sign in. Start or install one (on Linux: gnome-keyring or KWallet), then try again."
        : "Gatehouse cannot reach the place where sign-ins rest, so nobody can sign in.";
    case "locked":
      return "Unlock it, then sign in again. Nothing is lost.";
    case "unreadable":
      return "They were left as they are. With the right passphrase they can be read again.";
    default:
      return never(vault.state);
  }
}

/** What became of a sign-in or refresh. */
export function activityText(record: ActivityRecord): Words {
  if (record.outcome === "failed") {
    const { code } = record;
    return { label: errorHeadline(code ?? "internal"), tone: code === "sign_in_cancelled" ? "off" : "bad" };
  }
  switch (record.kind) {
    case "sign_in":
      return { label: "Signed in", tone: "ok" };
    case "refresh":
      return { label: "Renewed by itself", tone: "ok" };
    default:
      return never(record.kind);
  }
}

/** `1 tool`, `2 tools`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
