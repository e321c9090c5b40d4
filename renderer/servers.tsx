/** The list of servers, in groups, with search once there are many. */
import { type KeyboardEvent, useId, useState } from "react";
import type { ServerStatus } from "../preload/api.ts";
import { CopyButton } from "./copy-button.tsx";
import { groupServers, searchServers } from "./groups.ts";
import { Mark, PlusIcon, SearchIcon } from "./icons.tsx";
import { ServerRow } from "./server-row.tsx";
import { useApp } from "./store.ts";

/** Fewer servers than this are seen at a glance. */
const SEARCH_FROM = 8;

export function Servers({ servers, path }: { readonly servers: readonly ServerStatus[]; readonly path: string }) {
  const [search, setSearch] = useState("");
  const searching = servers.length >= SEARCH_FROM;
  const found = searching ? searchServers(servers, search) : servers;
  return (
    <>
      <header className="bar">
        <h1>Servers</h1>
        {searching && (
          <label className="search">
            <SearchIcon />
            <input
              type="search"
              aria-label="Search servers"
              placeholder="Search"
              spellCheck={false}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </label>
        )}
        {servers.length > 0 && <AddButton look="plain" />}
      </header>
      {servers.length === 0 ? <NoServers path={path} /> : <Groups servers={found} search={search} />}
    </>
  );
}

function AddButton({ look }: { readonly look: "go" | "plain" }) {
  const open = useApp((state) => state.open);
  return (
    <button type="button" className={`${look} with-icon`} onClick={() => open({ kind: "add" })}>
      <PlusIcon />
      Add server
    </button>
  );
}

function Groups({ servers, search }: { readonly servers: readonly ServerStatus[]; readonly search: string }) {
  if (servers.length === 0) return <p className="none">No server matches “{search.trim()}”.</p>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys are a second way; every row is a button too
    <div className="groups" onKeyDown={moveFocus}>
      {groupServers(servers).map((group) => (
        <GroupOfServers key={group.title} title={group.title} servers={group.servers} />
      ))}
    </div>
  );
}

function GroupOfServers({ title, servers }: { readonly title: string; readonly servers: readonly ServerStatus[] }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {servers.map((server) => (
          <ServerRow key={server.name} server={server} />
        ))}
      </ul>
    </section>
  );
}

/** Arrow keys go from row to row. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".row")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at + step]?.querySelector<HTMLElement>(".row-open");
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

function NoServers({ path }: { readonly path: string }) {
  return (
    <div className="empty">
      <Mark size={52} />
      <h2>Sign in once, use it from every agent</h2>
      <p>
        Add an MCP server by its address. Gatehouse opens its sign-in page in your browser, keeps the sign-in in your
        keychain, and lets Claude, Cursor and every other agent on this computer use it.
      </p>
      <AddButton look="go" />
      <p className="soft">Servers you already have in a file can go straight into</p>
      <div className="snippet one-line">
        <code>{path}</code>
        <CopyButton text={path} label="Copy path" />
      </div>
    </div>
  );
}
