/** How a server is, and all that waits for the person, in plain words. */
import type { ServerStatus } from "../../preload/api.ts";
import { needsApproval, wantsClientId } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { agentSnippet, agentsText, deniedText } from "../describe.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Fact, Url } from "../ui/facts.tsx";
import { AccessCard } from "./access-card.tsx";
import { Accounts } from "./accounts.tsx";
import { ChangedTools, CommandCard } from "./approval-cards.tsx";
import { ClientCard } from "./client-card.tsx";
import { SignInCard } from "./sign-in-card.tsx";
import { useTurn } from "./verbs.ts";

export function Overview({ server }: { readonly server: ServerStatus }) {
  const { error } = server;
  const shown = error !== null && error.code !== "sign_in_required" && !needsApproval(server) && !wantsClientId(server);
  return (
    <>
      {shown && <ErrorNotice error={error} />}
      <CommandCard server={server} />
      <ClientCard server={server} />
      <ChangedTools server={server} />
      <SignInCard server={server} />
      <AccessCard server={server} />
      <Accounts server={server} />
      <ConnectionCard server={server} />
      {!server.ad_hoc && <AgentCard name={server.name} />}
    </>
  );
}

function ConnectionCard({ server }: { readonly server: ServerStatus }) {
  const turn = useTurn(server.name);
  const agents = agentsText(server);
  const denied = deniedText(server);
  return (
    <section className="card" aria-label={t("servers:detail.connection")}>
      <dl>
        {server.url !== null && (
          <Fact term={t("servers:detail.open_url")}>
            <Url text={server.url} />
          </Fact>
        )}
        {server.command !== null && (
          <Fact term={t("servers:detail.command")}>
            <code className="url" dir="ltr">
              {server.command}
            </code>
          </Fact>
        )}
        <Fact term={t("servers:detail.tools")}>
          {server.tools === null ? t("servers:detail.tools_unknown") : t("tools", { count: server.tools })}
        </Fact>
        {denied !== null && (
          <Fact term={t("servers:detail.denied")}>
            <span translate="no">{denied}</span>
          </Fact>
        )}
        <Fact term={t("servers:detail.agents")}>{agents ?? t("servers:detail.agents_none")}</Fact>
        {server.ad_hoc && <Fact term={t("servers:detail.set_up")}>{t("servers:detail.set_up_by_agent")}</Fact>}
      </dl>
      {server.state !== "disabled" && !server.ad_hoc && (
        <Button look="link" onClick={() => turn(false)}>
          {t("servers:detail.turn_off")}
        </Button>
      )}
    </section>
  );
}

const NO_COMMAND: readonly string[] = [];

function AgentCard({ name }: { readonly name: string }) {
  const command = useApp((state) => state.snapshot?.hub.agent_command ?? NO_COMMAND);
  const go = useApp((state) => state.go);
  const snippet = agentSnippet(name, command);
  return (
    <section className="card" aria-label={t("servers:agent.title")}>
      <div className="card-head">
        <strong>{t("servers:agent.title")}</strong>
        <CopyButton text={snippet} label={t("servers:agent.copy")} />
      </div>
      <p className="soft">{t("servers:agent.text")}</p>
      <pre className="snippet" dir="ltr">
        <code>{snippet}</code>
      </pre>
      <Button look="link" onClick={() => go("agents")}>
        {t("servers:agent.connect")}
      </Button>
    </section>
  );
}
