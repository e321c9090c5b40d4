/** What a server wants beyond what the person has given: who met it, what it is called there, and how it stands. */
import { accountToAllow, ofAccount } from "../../preload/accounts.ts";
import type { ServerStatus, StepUp } from "../../preload/api.ts";
import { stepUpText } from "../../preload/text.ts";
import { askedText } from "../describe.ts";
import { useApp } from "../store.ts";
import { useNow } from "../time.ts";

export function AccessCard({ server }: { readonly server: ServerStatus }) {
  const now = useNow();
  const run = useApp((state) => state.run);
  const { asked, challenge } = server;
  const stepUp: StepUp | null = challenge?.step_up ?? null;
  if (challenge === null || stepUp === null || server.state === "signing_in") return null;
  const scopes = challenge.scope?.split(/\s+/).filter(Boolean) ?? [];
  return (
    <section className={stepUp === "open" ? "card card-need" : "card"} aria-label="More access">
      <strong>{asked === null ? "This server wants more access" : askedText(asked, now)}</strong>
      {scopes.length > 0 && (
        <span className="chips">
          {scopes.map((scope) => (
            <code key={scope}>{scope}</code>
          ))}
        </span>
      )}
      {asked?.tool !== undefined && <p>Wanted for the tool “{asked.tool}”.</p>}
      <p>{stepUpText(stepUp)}</p>
      {stepUp === "refused" && (
        <button
          type="button"
          className="link"
          onClick={() => void run("signIn", { server: server.name, ...ofAccount(accountToAllow(server)) })}
        >
          Allow it after all
        </button>
      )}
    </section>
  );
}
