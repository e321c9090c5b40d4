/** What a server wants beyond what the person has given: who met it, what it means, and how it stands. */
import { accountToAllow, ofAccount } from "../../preload/accounts.ts";
import type { ServerStatus, StepUp } from "../../preload/api.ts";
import { stepUpText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { askedText } from "../describe.ts";
import { accessText, scopesOf } from "../scopes.ts";
import { useApp } from "../store.ts";
import { useNow } from "../time.ts";
import { Button } from "../ui/button.tsx";
import { Chips } from "../ui/facts.tsx";

export function AccessCard({ server }: { readonly server: ServerStatus }) {
  const now = useNow();
  const run = useApp((state) => state.run);
  const { asked, challenge } = server;
  const stepUp: StepUp | null = challenge?.step_up ?? null;
  if (challenge === null || stepUp === null || server.state === "signing_in") return null;
  const allow = (): void => void run("signIn", { server: server.name, ...ofAccount(accountToAllow(server)) });
  return (
    <section className={stepUp === "open" ? "card card-need" : "card"} aria-label={t("servers:needs.access")}>
      <strong>{titleOf(asked?.tool ?? null, accessText(challenge.scope))}</strong>
      {asked !== null && <p>{askedText(asked, now)}</p>}
      <Chips texts={scopesOf(challenge.scope)} />
      <p>{stepUpText(stepUp)}</p>
      {stepUp === "open" && (
        <div className="buttons">
          <Button look="go" onClick={allow}>
            {t("servers:needs.access_go")}
          </Button>
        </div>
      )}
      {stepUp === "refused" && (
        <Button look="link" onClick={allow}>
          {t("servers:needs.access_after_all")}
        </Button>
      )}
    </section>
  );
}

/** What it means for the person: which tool wants what, as far as either is known. */
function titleOf(tool: string | null, what: string | null): string {
  if (tool === null)
    return what === null ? t("servers:needs.access_title") : t("servers:needs.access_what_title", { what });
  return what === null
    ? t("servers:needs.access_tool_unknown", { tool })
    : t("servers:needs.access_tool_title", { tool, what });
}
