/**
 * What the desktop is told of, and when it is over: an agent met a server that needs a sign-in or more access, or a tool
 * changed. Once for each need. Pure: what is known and a snapshot in, what is to be shown and withdrawn out.
 */
import { accountToAllow, accountToSignIn, ofAccount } from "../../preload/accounts.ts";
import type { BlockedTool, ServerStatus, Snapshot } from "../../preload/api.ts";
import { allowLabel, changedTools, signInLabel } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { needOf } from "./needs.ts";
import type { TrayAction } from "./tray-menu.ts";

export interface Notice {
  /** Names the need; the same one is never shown twice at a time. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** What a click does, and what it is called. */
  readonly action: TrayAction;
  readonly button: string;
}

/** The needs that are open, by key. Empty at first; null: there was no snapshot yet. */
export type OpenNeeds = ReadonlyMap<string, OpenNeed> | null;

interface OpenNeed {
  /** When it had been met last before it came up, or when it was told of: what is newer is news. */
  readonly since: string | null;
  readonly state: "unmet" | "shown" | "withdrawn";
}

export interface NoticeStep {
  readonly open: ReadonlyMap<string, OpenNeed>;
  readonly show: readonly Notice[];
  /** Keys of notices that were shown and whose need is over, or in hand. */
  readonly withdraw: readonly string[];
}

/** `before`: the snapshot that `open` came of; null with the first. */
export function nextNotices(open: OpenNeeds, before: Snapshot | null, after: Snapshot): NoticeStep {
  const next = new Map<string, OpenNeed>();
  const show: Notice[] = [];
  const withdraw: string[] = [];
  for (const server of after.servers) {
    const earlier = before?.servers.find(({ name }) => name === server.name);
    for (const { key, met, renews, inHand, notice } of needsOf(server)) {
      const at = met(server);
      const known = open?.get(key);
      // What was so already when the app started is in the tray, and no news.
      const start = open === null ? at : earlier === undefined ? null : met(earlier);
      let { since, state } = known ?? { since: start, state: "unmet" as const };
      if (inHand && state === "shown") {
        withdraw.push(key);
        state = "withdrawn";
      }
      const isNews = at !== null && at > (since ?? "") && (state === "unmet" || renews);
      if (isNews && !inHand) {
        show.push(notice());
        since = at;
        state = "shown";
      }
      next.set(key, { since, state });
    }
  }
  for (const [key, { state }] of open ?? []) if (state === "shown" && !next.has(key)) withdraw.push(key);
  return { open: next, show, withdraw };
}

type Met = (server: ServerStatus) => string | null;

/** When an agent met it last; null: none did yet. */
const asked: Met = (server) => server.asked?.at ?? null;

/** When the newest change was found; null: there is none. */
const changed: Met = (server) =>
  changedTools(server).reduce<string | null>((latest, { at }) => ((at ?? "") > (latest ?? "") ? at : latest), null);

interface Found {
  readonly key: string;
  readonly met: Met;
  /** It is told of again when it was met again. */
  readonly renews: boolean;
  /** The person is at it already. */
  readonly inHand: boolean;
  readonly notice: () => Notice;
}

function needsOf(server: ServerStatus): Found[] {
  return [...signInNeed(server), ...accessNeed(server), ...reviewNeeds(server)];
}

function signInNeed(server: ServerStatus): Found[] {
  const inHand = server.state === "signing_in";
  if (!inHand && needOf(server) !== "sign_in") return [];
  const account = accountToSignIn(server);
  const key = `sign_in ${server.name}`;
  const notice = (): Notice => ({
    key,
    title: t("tray:notice_sign_in", { server: server.name }),
    body: t("tray:notice_sign_in_body", { agent: agentOf(server) }),
    action: { kind: "call", method: "signIn", server: server.name, ...ofAccount(account) },
    button: signInLabel(server.name, account),
  });
  return [{ key, met: asked, renews: false, inHand, notice }];
}

function accessNeed(server: ServerStatus): Found[] {
  const { challenge } = server;
  const tool = server.asked?.tool;
  if (challenge === null || challenge.step_up !== "open") return [];
  const account = accountToAllow(server);
  const key = `allow ${server.name} ${challenge.account} ${challenge.scope ?? ""}`;
  const words = { agent: agentOf(server), tool: shown(tool ?? ""), scope: shown(challenge.scope ?? "") };
  const body = challenge.scope === null ? "tray:notice_allow_body" : "tray:notice_allow_scope_body";
  const bodyOfTool = challenge.scope === null ? "tray:notice_allow_tool_body" : "tray:notice_allow_tool_scope_body";
  const notice = (): Notice => ({
    key,
    title: t("tray:notice_allow", { server: server.name }),
    body: t(tool === undefined ? body : bodyOfTool, words),
    action: { kind: "call", method: "signIn", server: server.name, ...ofAccount(account) },
    button: allowLabel(server.name, account),
  });
  return [{ key, met: asked, renews: false, inHand: server.state === "signing_in", notice }];
}

/** One need for all tools of a server; a further change is told of, too. */
function reviewNeeds(server: ServerStatus): Found[] {
  const tools = changedTools(server);
  if (tools.length === 0) return [];
  const key = `review ${server.name}`;
  const notice = (): Notice => ({
    key,
    title: t("tray:notice_review", { server: server.name, count: tools.length }),
    body: t("tray:notice_review_body", { tools: namesOf(tools), count: tools.length }),
    action: { kind: "go", to: { to: "server", server: server.name } },
    button: t("tray:review", { server: server.name }),
  });
  return [{ key, met: changed, renews: true, inHand: false, notice }];
}

const agentOf = ({ asked }: ServerStatus): string => shown(asked?.agent ?? "") || t("tray:an_agent");

/** Of many the first ones. */
const NAMED_TOOLS = 3;

function namesOf(tools: readonly BlockedTool[]): string {
  const names = tools.slice(0, NAMED_TOOLS).map(({ name }) => shown(name));
  return `${names.join(", ")}${tools.length > NAMED_TOOLS ? ", …" : ""}`;
}

const MAX_SHOWN = 80;

/**
 * A name that came from an agent or a server, for a place where some desktops read markup (Desktop Notifications
 * Specification, “Markup”): nothing in it can be any.
 */
function shown(text: string): string {
  const clean = text
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]+/gu, " ")
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replaceAll("&", "＆")
    .trim();
  const chars = Array.from(clean);
  return chars.length > MAX_SHOWN ? `${chars.slice(0, MAX_SHOWN).join("")}…` : clean;
}
