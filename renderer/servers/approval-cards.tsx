/** What waits for a person to look at it: tools that changed, and a program that came from elsewhere. */
import type { BlockedTool, ServerStatus } from "../../preload/api.ts";
import { changedTools, needsApproval } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { pendingKey, useApp } from "../store.ts";
import { pastTime, useNow } from "../time.ts";
import { Button } from "../ui/button.tsx";
import { Change } from "../ui/diff.tsx";

export function ChangedTools({ server }: { readonly server: ServerStatus }) {
  const changed = changedTools(server);
  const run = useApp((state) => state.run);
  const busy = useApp((state) => state.pending.has(pendingKey("approveTools", { server: server.name })));
  if (changed.length === 0) return null;
  const allow = (tools: readonly BlockedTool[]): void => {
    if (busy) return;
    void run("approveTools", { server: server.name, tools: tools.map(seen) });
  };
  return (
    <section className="card card-need" aria-label={t("servers:changed.label")}>
      <strong>{t("servers:changed.title")}</strong>
      <p>{t("servers:changed.text", { count: changed.length })}</p>
      {changed.map((tool) => (
        <ChangedTool key={tool.name} tool={tool} busy={busy} onAllow={() => allow([tool])} />
      ))}
      {changed.length > 1 && (
        <Button look="link" busy={busy} onClick={() => allow(changed)}>
          {t("servers:changed.allow_all", { count: changed.length })}
        </Button>
      )}
    </section>
  );
}

/** What is allowed is what was looked at, not what the server may have made of it meanwhile. */
function seen({ name, version }: BlockedTool): { readonly name: string; readonly version?: string } {
  return { name, ...(version === null ? {} : { version }) };
}

interface ChangedToolProps {
  readonly tool: BlockedTool;
  readonly busy: boolean;
  readonly onAllow: () => void;
}

function ChangedTool({ tool, busy, onAllow }: ChangedToolProps) {
  const now = useNow();
  return (
    <article className="changed-tool" aria-label={tool.name}>
      <div className="card-head">
        <code dir="auto">{tool.name}</code>
        {tool.at !== null && (
          <time className="soft" dateTime={tool.at}>
            {pastTime(tool.at, now)}
          </time>
        )}
      </div>
      {tool.changes.map((change) => (
        <Change key={change.field} change={change} />
      ))}
      <Button name={t("servers:changed.allow_named", { tool: tool.name })} busy={busy} onClick={onAllow}>
        {t("servers:changed.allow")}
      </Button>
    </article>
  );
}

export function CommandCard({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const busy = useApp((state) => state.pending.has(pendingKey("approveCommand", { name: server.name })));
  if (!needsApproval(server)) return null;
  const { variables = [] } = (server.error?.details ?? {}) as { readonly variables?: readonly string[] };
  return (
    <section className="card card-need" aria-label={t("servers:command.label")}>
      <strong>{t("servers:command.title")}</strong>
      <p>{t("servers:command.text")}</p>
      <pre className="snippet whole" dir="ltr">
        <code>{server.command}</code>
      </pre>
      {variables.length > 0 && <p>{t("servers:command.variables", { names: variables.join(", ") })}</p>}
      <Button look="go" busy={busy} onClick={() => void run("approveCommand", { name: server.name })}>
        {t("servers:command.allow")}
      </Button>
    </section>
  );
}
