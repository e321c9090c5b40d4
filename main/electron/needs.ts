/** What each server needs of the person, as tray and notifications sort it. Pure. */
import type { ServerStatus, Snapshot } from "../../preload/api.ts";
import { nextAction, serverText, vaultText } from "../../preload/text.ts";
import { language, t } from "../../preload/words.ts";

/** In the order in which they are listed. */
export const NEEDS = ["sign_in", "allow", "review", "look_at", "retry", "waiting"] as const;
/** `look_at`: only its page says what is to be done; `waiting`: for the browser, a click takes it back. */
export type Need = (typeof NEEDS)[number];

/** Null: nothing. A server that nobody has used yet needs nothing, though one can sign in to it. */
export function needOf(server: ServerStatus): Need | null {
  switch (nextAction(server).kind) {
    case "sign_in":
      return server.state === "sign_in_required" || server.state === "failing" ? "sign_in" : null;
    case "allow":
      return "allow";
    case "review":
      return "review";
    case "cancel":
      return "waiting";
    case "retry":
      return "retry";
    default: {
      const { tone } = serverText(server);
      return tone === "bad" || tone === "need" ? "look_at" : null;
    }
  }
}

/** What is wrong with all of it, in a few words; null: nothing. */
export function trouble(snapshot: Snapshot): string | null {
  if (snapshot.config.error !== null) return t("tray:config_mistake");
  const vault = vaultText(snapshot.hub.vault);
  return vault.tone === "ok" ? null : vault.label;
}

/** With more agents than this their number says more than their names. */
const NAMED_AGENTS = 3;

/** Names of the agents that are connected now; those that have not introduced themselves count as one more each. */
export function connectedAgents(snapshot: Snapshot): { readonly names: readonly string[]; readonly count: number } {
  const names = [...new Set(snapshot.servers.flatMap((server) => server.agent_names))].sort();
  const most = Math.max(0, ...snapshot.servers.map((server) => server.agents));
  return { names, count: Math.max(names.length, most) };
}

/** Whom the end of the app interrupts; null: nobody. */
export function agentsText({ names, count }: ReturnType<typeof connectedAgents>): string | null {
  if (count === 0) return null;
  if (names.length < count || count > NAMED_AGENTS) return t("tray:quit_interrupts_many", { count });
  return t("tray:quit_interrupts", { agents: new Intl.ListFormat(language(), { type: "conjunction" }).format(names) });
}
