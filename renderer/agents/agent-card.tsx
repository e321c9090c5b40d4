/** One agent: what it has through Gatehouse, what it still has of its own, and the next thing to do. */
import type { AgentEntry, AgentFile, AgentInfo } from "../../preload/api-agents.ts";
import type { Tone } from "../../preload/text.ts";
import { language, t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { StateShape } from "../ui/icons.tsx";
import { Tile } from "../ui/tile.tsx";
import { ownEntries, servers, tokens } from "./describe-agent.ts";

interface Props {
  readonly agent: AgentInfo;
  readonly onConnect: () => void;
  readonly onDisconnect: () => void;
}

export function AgentCard({ agent, onConnect, onDisconnect }: Props) {
  const own = ownEntries(agent).length;
  const isOn = agent.connected !== "none";
  // What cannot be read cannot be written either.
  const canWrite = agent.writable && agent.files[0]?.error == null;
  const tone: Tone = isOn ? "ok" : "off";
  return (
    <li className="row agent" aria-label={agent.name}>
      <Tile name={agent.name} />
      <div className="row-text">
        <span className="name" translate="no">
          {agent.name}
        </span>
        <span className="status">
          <span className={`state tone-${tone}`}>
            <StateShape tone={tone} />
            {stateWords(agent)}
          </span>
          {own > 0 && <span className="fact">{t("agents:own", { count: own })}</span>}
        </span>
      </div>
      <div className="row-actions">
        {canWrite && isOn && (
          <Button look="quiet" name={t("agents:disconnect_named", { agent: agent.name })} onClick={onDisconnect}>
            {t("agents:disconnect")}
          </Button>
        )}
        {canWrite && (
          <Button
            look={isOn || !agent.found ? "plain" : "go"}
            name={t(isOn ? "agents:change_named" : "agents:connect_named", { agent: agent.name })}
            onClick={onConnect}
          >
            {t(isOn ? "agents:change" : "agents:connect")}
          </Button>
        )}
      </div>
      <div className="agent-more">
        <Risk agent={agent} />
        <AgentErrors agent={agent} />
        {!agent.writable && <p className="soft">{t("agents:not_writable")}</p>}
        {agent.note !== null && (
          <p className="soft" lang="en" dir="ltr">
            {agent.note}
          </p>
        )}
        <AgentDetails agent={agent} />
      </div>
    </li>
  );
}

function stateWords(agent: AgentInfo): string {
  if (agent.connected !== "some") return t(`agents:state.${agent.connected}`);
  const list = new Intl.ListFormat(language(), { type: "conjunction" }).format(servers(agent));
  return t("agents:state.some", { servers: list });
}

/** Its own servers, and what lies open in its file, with the way out. */
function Risk({ agent }: { readonly agent: AgentInfo }) {
  const open = useApp((state) => state.open);
  const count = tokens(agent);
  if (ownEntries(agent).length === 0) return null;
  return (
    <div className={count > 0 ? "agent-risk is-risk" : "agent-risk"}>
      {count > 0 && (
        <p>
          <span className="tone-need">
            <StateShape tone="need" />
          </span>
          {t("agents:has_secret", { count })}
        </p>
      )}
      <p className="agent-over">
        <Button
          look="link"
          name={t("agents:take_over_named", { agent: agent.name })}
          onClick={() => open({ kind: "add", agent: { client: agent.id, name: agent.name } })}
        >
          {t("agents:take_over")}
        </Button>
        <span className="soft">{t("agents:take_over_text")}</span>
      </p>
    </div>
  );
}

function AgentErrors({ agent }: { readonly agent: AgentInfo }) {
  return agent.files.map(
    ({ path, error }) =>
      error !== null && (
        <ErrorNotice key={path} error={error}>
          <CodeText text={path} label={t("agents:copy_path")} />
        </ErrorNotice>
      ),
  );
}

function AgentDetails({ agent }: { readonly agent: AgentInfo }) {
  const ask = useApp((state) => state.ask);
  const url = agent.source.includes("://") ? agent.source : `https://${agent.source}`;
  return (
    <details className="unfold small">
      <summary aria-label={t("agents:details_of", { agent: agent.name })}>{t("agents:details")}</summary>
      {agent.files.map((file) => (
        <AgentFileFacts key={`${file.scope} ${file.path}`} file={file} />
      ))}
      <Button look="link" onClick={() => void ask("openPage", { url })}>
        {t("agents:guide")}
      </Button>
    </details>
  );
}

function AgentFileFacts({ file }: { readonly file: AgentFile }) {
  const { scope, path, exists, entries, error } = file;
  return (
    <section className="agent-file">
      <p className="soft">{t(`agents:file_${scope}`)}</p>
      <CodeText text={path} label={t("agents:copy_path")} />
      {!exists && <p className="soft">{t("agents:file_missing")}</p>}
      {exists && error === null && entries.length === 0 && <p className="soft">{t("agents:file_empty")}</p>}
      {entries.length > 0 && (
        <ul className="becomes-list">
          {entries.map((entry) => (
            <EntryLine key={entry.name} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  );
}

function EntryLine({ entry }: { readonly entry: AgentEntry }) {
  const { name, through_gatehouse: through, server, target, has_secret: hasSecret } = entry;
  return (
    <li className="agent-entry">
      <span className="name" translate="no">
        {name}
      </span>
      {through ? (
        <span className="soft">
          {server === null ? t("agents:through_all") : t("agents:through_server", { server })}
        </span>
      ) : (
        <span className="soft" translate={target === null ? undefined : "no"}>
          {target ?? t("agents:its_own")}
        </span>
      )}
      {hasSecret && (
        <span className="tone-need">
          <StateShape tone="need" /> {t("agents:token_in_file")}
        </span>
      )}
    </li>
  );
}
