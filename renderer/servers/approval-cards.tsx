/** What waits for a person to look at it: tools that changed, and a program that came from elsewhere. */
import type { BlockedTool, ServerStatus } from "../../preload/api.ts";
import { changedTools, count, needsApproval } from "../../preload/text.ts";
import { pendingKey, useApp } from "../store.ts";
import { relativeTime, useNow } from "../time.ts";

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
    <section className="card card-need" aria-label="Changed tools">
      <strong>Changed tools</strong>
      <p>
        {changed.length === 1 ? "This tool is" : `These ${changed.length} tools are`} no longer what you let agents use.
        Agents get {changed.length === 1 ? "it" : "them"} again when you allow the change.
      </p>
      {changed.map((tool) => (
        <ChangedTool key={tool.name} tool={tool} busy={busy} onAllow={() => allow([tool])} />
      ))}
      {changed.length > 1 && (
        <button type="button" className="link" aria-disabled={busy} onClick={() => allow(changed)}>
          Allow all {count(changed.length, "change")}
        </button>
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
        <code>{tool.name}</code>
        {tool.at !== null && <span className="soft">{relativeTime(tool.at, Math.max(now, Date.parse(tool.at)))}</span>}
      </div>
      {tool.changes.map(({ field, before, after }) => (
        <div className="change" key={field}>
          <span className="soft">{field}</span>
          {before !== null && (
            <del>
              <span className="unseen">Before: </span>
              {before}
            </del>
          )}
          {after !== null && (
            <ins>
              <span className="unseen">Now: </span>
              {after}
            </ins>
          )}
        </div>
      ))}
      <button
        type="button"
        className="plain"
        aria-label={`Allow this change of ${tool.name}`}
        aria-disabled={busy}
        onClick={onAllow}
      >
        Allow this change
      </button>
    </article>
  );
}

export function CommandCard({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const busy = useApp((state) => state.pending.has(pendingKey("approveCommand", { name: server.name })));
  if (!needsApproval(server)) return null;
  const { variables = [] } = (server.error?.details ?? {}) as { readonly variables?: readonly string[] };
  return (
    <section className="card card-need" aria-label="Command to allow">
      <strong>May this program run?</strong>
      <p>
        It came from elsewhere and has not been started. Once you allow it, agents start it as you, with all that you
        may do.
      </p>
      <pre className="snippet whole">
        <code>{server.command}</code>
      </pre>
      {variables.length > 0 && (
        <p>
          With the variables <code>{variables.join(", ")}</code>
        </p>
      )}
      <button
        type="button"
        className="go"
        aria-disabled={busy}
        onClick={() => {
          if (!busy) void run("approveCommand", { name: server.name });
        }}
      >
        Allow this command
      </button>
    </section>
  );
}
