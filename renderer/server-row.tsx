/** One server in the list: who it is, how it is, and the one thing to do next. */
import { useId } from "react";
import type { ServerStatus } from "../preload/api.ts";
import { type NextKind, nextAction, serverText } from "../preload/text.ts";
import { facts } from "./describe.ts";
import { EditIcon, RemoveIcon, StateShape, Tile } from "./icons.tsx";
import { useApp } from "./store.ts";
import { useNow } from "./time.ts";
import { useNextVerb } from "./verbs.ts";

export function ServerRow({ server }: { readonly server: ServerStatus }) {
  const selected = useApp((state) => state.selected === server.name);
  const select = useApp((state) => state.select);
  const open = useApp((state) => state.open);
  const id = useId();
  return (
    <li className={selected ? "row selected" : "row"} aria-label={server.name}>
      <Tile name={server.name} />
      <div className="row-text">
        <span className="name" id={id}>
          {server.name}
        </span>
        <StatusLine server={server} />
      </div>
      <button
        type="button"
        className="row-open"
        aria-label="Details"
        aria-describedby={id}
        aria-expanded={selected}
        onClick={() => select(selected ? null : server.name)}
      />
      <div className="row-actions">
        {!server.ad_hoc && (
          <span className="row-more">
            <button
              type="button"
              className="quiet square"
              aria-label="Edit"
              title="Edit"
              aria-describedby={id}
              onClick={() => open({ kind: "edit", server: server.name })}
            >
              <EditIcon />
            </button>
            <button
              type="button"
              className="quiet square"
              aria-label="Remove"
              title="Remove"
              aria-describedby={id}
              onClick={() => open({ kind: "remove", server: server.name })}
            >
              <RemoveIcon />
            </button>
          </span>
        )}
        <NextButton server={server} describedBy={id} />
      </div>
    </li>
  );
}

export function StatusLine({ server }: { readonly server: ServerStatus }) {
  const now = useNow();
  const { label, tone } = serverText(server);
  return (
    <span className="status">
      <span className={`state tone-${tone}`}>
        <StateShape tone={tone} />
        {label}
      </span>
      {facts(server, now).map((fact) => (
        <span className="fact" key={fact}>
          {fact}
        </span>
      ))}
    </span>
  );
}

/**
 * Always the same element, so that the keyboard's focus stays when `Sign in` becomes `Cancel`. The second click of a
 * double click is no word of its own: it would cancel what the first one began.
 */
export function NextButton({ server, describedBy }: { readonly server: ServerStatus; readonly describedBy: string }) {
  const next = nextAction(server);
  const verb = useNextVerb(server, next.kind);
  if (next.kind === "none") return null;
  return (
    <button
      type="button"
      className={lookOf(server, next.kind)}
      aria-describedby={describedBy}
      aria-disabled={verb.busy}
      onClick={({ detail: clicks }) => {
        if (clicks < 2) verb.act();
      }}
    >
      {next.label}
    </button>
  );
}

/** Only what waits for the person is loud. */
function lookOf(server: ServerStatus, kind: NextKind): string {
  if (kind === "sign_in") return server.state === "idle" ? "plain" : "go";
  if (kind === "allow" || kind === "review") return "go";
  return kind === "sign_out" ? "quiet" : "plain";
}
