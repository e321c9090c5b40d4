/** All there is to know of one server, beside the list, or instead of it in a narrow window. */
import { useEffect, useId, useRef } from "react";
import { accountToSignIn } from "../../preload/accounts.ts";
import type { ServerStatus } from "../../preload/api.ts";
import { codeToEnter, count, needsApproval, needUnknown, nextAction } from "../../preload/text.ts";
import { agentSnippet, agentsText, askedText, deniedText, placeOf } from "../describe.ts";
import { useApp } from "../store.ts";
import { useNow } from "../time.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Fact, Url } from "../ui/facts.tsx";
import { BackIcon, CloseIcon } from "../ui/icons.tsx";
import { Tile } from "../ui/tile.tsx";
import { AccessCard } from "./access-card.tsx";
import { Accounts } from "./accounts.tsx";
import { ActivityCard } from "./activity-card.tsx";
import { ChangedTools, CommandCard } from "./approval-cards.tsx";
import { NextButton, StatusLine } from "./server-row.tsx";

export function ServerDetail({ server }: { readonly server: ServerStatus }) {
  const select = useApp((state) => state.select);
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another server is another pane, read from its top
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.closest(".detail")?.scrollTo(0, 0);
  }, [server.name]);

  return (
    <aside
      className="detail"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape") select(null);
      }}
    >
      <div className="detail-nav">
        <button type="button" className="quiet with-icon only-narrow" onClick={() => select(null)}>
          <BackIcon />
          Back
        </button>
      </div>
      <div className="detail-head">
        <Tile name={server.name} large />
        <div className="row-text">
          <h2 id={id} ref={heading} tabIndex={-1}>
            {server.name}
          </h2>
          <span className="sub">{placeOf(server)}</span>
        </div>
        <button
          type="button"
          className="quiet square only-wide"
          aria-label="Close details"
          onClick={() => select(null)}
        >
          <CloseIcon />
        </button>
      </div>
      <NarrowActions server={server} />
      {server.error !== null && server.error.code !== "sign_in_required" && !needsApproval(server) && (
        <ErrorNotice error={server.error} />
      )}
      <CommandCard server={server} />
      <ChangedTools server={server} />
      <SignInCard server={server} />
      <AccessCard server={server} />
      <Accounts server={server} />
      <ConnectionCard server={server} />
      <ActivityCard server={server} />
      {!server.ad_hoc && <AgentCard name={server.name} />}
    </aside>
  );
}

/** In a narrow window the list, and with it the row's buttons, is out of sight. */
function NarrowActions({ server }: { readonly server: ServerStatus }) {
  const select = useApp((state) => state.select);
  const open = useApp((state) => state.open);
  const id = useId();
  return (
    <div className="only-narrow narrow-actions">
      <span id={id}>
        <StatusLine server={server} />
      </span>
      <div className="buttons">
        {nextAction(server).kind !== "review" && <NextButton server={server} describedBy={id} />}
        {!server.ad_hoc && (
          <>
            <button type="button" className="plain" onClick={() => select(server.name, "settings")}>
              Edit
            </button>
            <button type="button" className="plain" onClick={() => open({ kind: "remove", server: server.name })}>
              Remove
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** Which one is meant, where it is not the default one. */
function forAccount(server: ServerStatus): string {
  const account = accountToSignIn(server);
  if (account === null) return "";
  return account === "default" ? ", for the account without a name" : `, for the account ${account}`;
}

function SignInCard({ server }: { readonly server: ServerStatus }) {
  const now = useNow();
  const page = `the sign-in page of ${placeOf(server) ?? server.name}`;
  const device = codeToEnter(server.sign_in);
  if (device !== null) return <DeviceCodeCard {...device} />;
  if (server.state === "signing_in") {
    return (
      <div className="card card-busy">
        <strong>Go on in your browser</strong>
        <p>It shows {page}. This window follows by itself when you are done; you can also cancel and start again.</p>
      </div>
    );
  }
  if (server.state === "sign_in_required") {
    return (
      <div className="card card-need">
        <strong>{server.asked === null ? "This server asks you to sign in" : askedText(server.asked, now)}</strong>
        <p>
          Gatehouse opens {page} in your own browser{forAccount(server)}. Agents get its tools at once afterwards, with
          no restart.
        </p>
      </div>
    );
  }
  if (!needUnknown(server)) return null;
  return (
    <div className="card">
      <strong>Nobody has used it yet</strong>
      <p>Whether it wants a sign-in shows when an agent connects. You can sign in before that, too.</p>
    </div>
  );
}

function DeviceCodeCard({ code, page }: { readonly code: string; readonly page: string }) {
  return (
    <div className="card card-busy">
      <strong>Enter this code to sign in</strong>
      <div className="snippet one-line">
        <code className="user-code">{code}</code>
        <CopyButton text={code} label="Copy the code" />
      </div>
      <p>
        At <Url text={page} />, in any browser, on this computer or another device. This window follows by itself when
        you are done.
      </p>
    </div>
  );
}

function ConnectionCard({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const agents = agentsText(server);
  return (
    <section className="card" aria-label="Connection">
      <dl>
        {server.url !== null && (
          <Fact term="Address">
            <Url text={server.url} />
          </Fact>
        )}
        {server.command !== null && (
          <Fact term="Command">
            <code className="url">{server.command}</code>
          </Fact>
        )}
        <Fact term="Tools">{server.tools === null ? "not listed yet" : count(server.tools, "tool")}</Fact>
        {deniedText(server) !== null && <Fact term="Turned off">{deniedText(server)}</Fact>}
        <Fact term="Agents">{agents ?? "none connected"}</Fact>
        {server.ad_hoc && <Fact term="Set up">in the agent's own settings: Gatehouse keeps its sign-in only</Fact>}
      </dl>
      {server.state !== "disabled" && !server.ad_hoc && (
        <button
          type="button"
          className="link"
          onClick={() => void run("setServerEnabled", { name: server.name, enabled: false })}
        >
          Turn off
        </button>
      )}
    </section>
  );
}

const NO_COMMAND: readonly string[] = [];

function AgentCard({ name }: { readonly name: string }) {
  const command = useApp((state) => state.snapshot?.hub.agent_command ?? NO_COMMAND);
  const snippet = agentSnippet(name, command);
  return (
    <section className="card" aria-label="Use it in an agent">
      <div className="card-head">
        <strong>Use it in an agent</strong>
        <CopyButton text={snippet} label="Copy settings" />
      </div>
      <p className="soft">Put this into the agent's MCP settings. It holds no secret.</p>
      <pre className="snippet">
        <code>{snippet}</code>
      </pre>
    </section>
  );
}
