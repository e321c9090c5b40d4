/**
 * The words for every state, step and error code, one place for window, tray and terminal, in the language that is set.
 * Each switch and each key of a union is exhaustive: a new state or code does not compile until it has words.
 */
import type {
  AccountState,
  ActivityRecord,
  BlockedTool,
  ErrorCode,
  ServerState,
  ServerStatus,
  SignInStatus,
  SignInStep,
  StepUp,
  ToolStatus,
  VaultStatus,
} from "./api.ts";
import { t } from "./words.ts";

/** How a state is drawn: shape and colour go by tone. */
export type Tone = "ok" | "need" | "busy" | "bad" | "off";

export interface Words {
  readonly label: string;
  readonly tone: Tone;
}

export type NextKind =
  | "sign_in"
  | "allow"
  | "review"
  | "cancel"
  | "retry"
  | "sign_out"
  | "enable"
  /** Opens the settings where a client ID is missing. */
  | "client_id"
  /** Opens the settings. */
  | "fix"
  | "none";

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
  return { label: t(`state.${state}`), tone: STATE_TONES[state] };
}

const STATE_TONES: Record<ServerState, Tone> = {
  disabled: "off",
  idle: "ok",
  connecting: "busy",
  ready: "ok",
  sign_in_required: "need",
  signing_in: "busy",
  failing: "bad",
};

/** Words for a server: its state, made more exact by account, sign-in step and error. */
export function serverText(server: ServerStatus): Words {
  const words = stateText(server.state);
  switch (server.state) {
    case "idle":
    case "ready":
      if (wantsMore(server)) return { label: errorHeadline("insufficient_scope"), tone: "need" };
      if (changedTools(server).length > 0) return { label: changedText(server), tone: "need" };
      if (isSignedIn(server)) return { label: t("state.signed_in"), tone: "ok" };
      if (wantsClientId(server)) return { label: errorHeadline("client_id_required"), tone: "need" };
      return needUnknown(server) ? { label: t("state.not_connected"), tone: "off" } : words;
    case "signing_in":
      return signingInText(server.sign_in) ?? words;
    case "failing":
      if (server.error === null) return words;
      return {
        label: errorHeadline(server.error.code),
        tone: needsApproval(server) || wantsClientId(server) ? "need" : "bad",
      };
    default:
      return words;
  }
}

function signingInText(signIn: SignInStatus | null): Words | null {
  if (signIn === null) return null;
  const device = codeToEnter(signIn);
  if (device !== null && signIn.step === "waiting")
    return { label: t("state.enter_code", { code: device.code }), tone: "busy" };
  return { label: stepText(signIn.step), tone: "busy" };
}

/** What a sign-in without a way back asks the person to type, and where (RFC 8628 §3.3); null: nothing. */
export function codeToEnter(signIn: SignInStatus | null): { readonly code: string; readonly page: string } | null {
  const { user_code: code, verification_uri: page } = signIn ?? {};
  return code === undefined || page === undefined ? null : { code, page };
}

export function accountText(state: AccountState): Words {
  return { label: t(`account.${state}`), tone: ACCOUNT_TONES[state] };
}

const ACCOUNT_TONES: Record<AccountState, Tone> = { signed_in: "ok", signed_out: "off", expired: "need" };

export const stepText = (step: SignInStep): string => t(`step.${step}`);

/** A few words for an error code: what is wrong, not what to do (that is the error's own suggestion). */
export const errorHeadline = (code: ErrorCode): string => t(`error.${code}.headline`);

/** What to do about any error of this code, for whoever does not read the error's own English words. */
export const errorAdvice = (code: ErrorCode): string => t(`error.${code}.advice`);

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
    case "paused":
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
export const stepUpText = (stepUp: StepUp): string => t(`step_up.${stepUp}`);

/** Whether an agent's call needs more access than the person has given, and a click can give it. */
export function wantsMore(server: ServerStatus): boolean {
  return server.challenge?.step_up === "open" && isSignedIn(server);
}

/** Tools that are held back until somebody has looked at what changed in them. */
export function changedTools(server: ServerStatus): readonly BlockedTool[] {
  return server.blocked_tools.filter(({ reason }) => reason === "changed");
}

function changedText(server: ServerStatus): string {
  return t("state.tools_changed", { count: changedTools(server).length });
}

/** Whether it is a program that came from elsewhere and waits for leave to run. */
export function needsApproval(server: ServerStatus): boolean {
  return server.error?.code === "approval_required";
}

export function toolStateText(state: ToolStatus["state"]): Words {
  return { label: t(`tool_state.${state}`), tone: TOOL_TONES[state] };
}

const TOOL_TONES: Record<ToolStatus["state"], Tone> = { allowed: "ok", denied: "off", changed: "need" };

/** Whether nobody knows yet if this server wants a sign-in: it is remote, nobody is signed in, nobody has asked it. */
export function needUnknown(server: ServerStatus): boolean {
  return server.state === "idle" && server.type !== "stdio" && !isSignedIn(server);
}

/** The one thing to offer for a server in its present state. */
export function nextAction(server: ServerStatus): NextAction {
  switch (server.state) {
    case "disabled":
      // An entry that is off because it is wrong is not turned on by a click.
      return server.error?.code === "config_invalid" ? toSettings(server) : action("enable");
    case "signing_in":
      return action("cancel");
    case "sign_in_required":
      return action(wantsClientId(server) ? "client_id" : "sign_in");
    case "failing":
      if (needsApproval(server)) return { kind: "review", label: t("action.review_command") };
      return wantsMore(server) ? action("allow") : failingAction(server);
    case "idle":
    case "connecting":
    case "ready":
      if (wantsMore(server)) return action("allow");
      if (changedTools(server).length > 0) return { kind: "review", label: t("action.review_changes") };
      if (isSignedIn(server)) return action("sign_out");
      if (wantsClientId(server)) return action("client_id");
      return needUnknown(server) ? action("sign_in") : NONE;
    default:
      return never(server.state);
  }
}

const NONE: NextAction = { kind: "none", label: "" };

const action = (kind: Exclude<NextKind, "review" | "none">): NextAction => ({ kind, label: t(`action.${kind}`) });

/** An entry that an agent brought stands in no file, so that nothing of it can be set here. */
const toSettings = (server: ServerStatus): NextAction => (server.ad_hoc ? NONE : action("fix"));

/** Whether the next sign-in fails unless somebody enters a client ID first. */
export function wantsClientId(server: ServerStatus): boolean {
  return server.error?.code === "client_id_required" && !server.ad_hoc;
}

function failingAction(server: ServerStatus): NextAction {
  if (wantsClientId(server)) return action("client_id");
  const way = server.error === null ? "retry" : remedy(server.error.code);
  if (way === "settings") return toSettings(server);
  return action(way === "sign_in" && !isSignedIn(server) ? "sign_in" : "retry");
}

/** ` as work`, nothing for the account that is meant without a name (null). For the English of errors and the terminal. */
export const asAccount = (account: string | null): string => {
  if (account === null) return "";
  return account === "default" ? " with your account" : ` as ${account}`;
};

type Labelled = "sign_in_to" | "sign_out_of" | "allow_to" | "cancel_to";

/** `account`: null for the one that is meant without a name. */
function label(key: Labelled, server: string, account: string | null): string {
  if (account === null) return t(`action.${key}`, { server });
  return account === "default" ? t(`action.${key}_yours`, { server }) : t(`action.${key}_as`, { server, account });
}

export const signInLabel = (server: string, account: string | null = null): string =>
  label("sign_in_to", server, account);
export const allowLabel = (server: string, account: string | null = null): string => label("allow_to", server, account);
export const signOutLabel = (server: string, account: string | null = null): string =>
  label("sign_out_of", server, account);
export const cancelLabel = (server: string, account: string | null = null): string =>
  label("cancel_to", server, account);
export const codeLabel = (server: string, code: string, page: string): string =>
  t("action.enter_code", { server, code, page: page.replace(/^https?:\/\//, "") });
export const retryLabel = (server: string): string => t("action.retry_named", { server });

/** Where sign-ins rest. `platform` as in `process.platform`, when known. */
function vaultPlace(kind: VaultStatus["kind"], platform?: string): string {
  switch (kind) {
    case "keychain":
      if (platform === "darwin") return t("vault.kept_macos");
      return platform === "win32" ? t("vault.kept_windows") : t("vault.kept_keyring");
    case "file":
      return t("vault.kept_file");
    case "memory":
      return t("vault.kept_memory");
    default:
      return never(kind);
  }
}

/** The state of the vault in words; the headline of its banner when it is bad. */
export function vaultText(vault: VaultStatus, platform?: string): Words {
  switch (vault.state) {
    case "ok":
    case "unknown":
      return { label: vaultPlace(vault.kind, platform), tone: "ok" };
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
      return vault.kind === "keychain" ? t("vault.advice_no_keychain") : t("vault.advice_no_place");
    case "locked":
      return t("vault.advice_locked");
    case "unreadable":
      return t("vault.advice_unreadable");
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
      return { label: t("record.signed_in"), tone: "ok" };
    case "refresh":
      return { label: t("record.refreshed"), tone: "ok" };
    default:
      return never(record.kind);
  }
}

/** `1 tool`, `2 tools`: for the terminal, which speaks English. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
