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
  const what = accessText(challenge.scope);
  return (
    <section className={stepUp === "open" ? "card card-need" : "card"} aria-label={t("servers:needs.access")}>
      <strong>{asked === null ? t("servers:needs.access_title") : askedText(asked, now)}</strong>
      {what !== null && <p>{t("servers:needs.access_means", { what })}</p>}
      <Chips texts={scopesOf(challenge.scope)} />
      {asked?.tool !== undefined && <p>{t("servers:needs.access_tool", { tool: asked.tool })}</p>}
      <p>{stepUpText(stepUp)}</p>
      {stepUp === "refused" && (
        <Button
          look="link"
          onClick={() => void run("signIn", { server: server.name, ...ofAccount(accountToAllow(server)) })}
        >
          {t("servers:needs.access_after_all")}
        </Button>
      )}
    </section>
  );
}
