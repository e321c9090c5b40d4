/** One server in the list: who it is, how it is, and the one thing to do next. */
import { memo, useId } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import { type NextKind, nextAction, serverText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { accountNames, facts, placeOf } from "../describe.ts";
import { useApp } from "../store.ts";
import { useNow } from "../time.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { EditIcon, RemoveIcon, StateShape } from "../ui/icons.tsx";
import { Tile } from "../ui/tile.tsx";
import { useNextVerb } from "./verbs.ts";

/** Drawn anew only when its server has changed: there may be hundreds. */
export const ServerRow = memo(function ServerRow({ server }: { readonly server: ServerStatus }) {
  const selected = useApp((state) => state.selected === server.name);
  const select = useApp((state) => state.select);
  const open = useApp((state) => state.open);
  const id = useId();
  const { name } = server;
  return (
    <li className={selected ? "row selected" : "row"} aria-label={name}>
      <Tile name={name} icon={server.catalogue} />
      <div className="row-text">
        <span className="row-head">
          <span className="name" id={id} dir="auto" translate="no">
            {name}
          </span>
          <Place server={server} />
        </span>
        <StatusLine server={server} />
      </div>
      <button
        type="button"
        className="row-open"
        aria-label={t("servers:details")}
        aria-describedby={id}
        aria-expanded={selected}
        onClick={() => select(selected ? null : name)}
      />
      <div className="row-actions">
        {!server.ad_hoc && (
          <span className="row-more">
            <IconButton
              label={t("edit")}
              icon={<EditIcon />}
              describedBy={id}
              onClick={() => select(name, "settings", "name")}
            />
            <IconButton
              label={t("remove")}
              icon={<RemoveIcon />}
              describedBy={id}
              onClick={() => open({ kind: "remove", server: name })}
            />
          </span>
        )}
        <NextButton server={server} describedBy={id} />
      </div>
    </li>
  );
});

export function StatusLine({ server }: { readonly server: ServerStatus }) {
  const now = useNow();
  const { label, tone } = serverText(server);
  return (
    <span className="status">
      <span className={`state tone-${tone}`}>
        <StateShape tone={tone} />
        {label}
      </span>
      {facts(server, now)
        .filter((fact) => fact !== placeOf(server))
        .map((fact) => (
          <span className="fact" key={fact} translate={fact === accountNames(server) ? "no" : undefined}>
            <bdi>{fact}</bdi>
          </span>
        ))}
    </span>
  );
}

/** Host of a remote server, in the direction that hosts are written in. */
export function Place({ server }: { readonly server: ServerStatus }) {
  const place = placeOf(server);
  if (place === null || place === server.name) return null;
  return (
    <span className="place" translate={server.url === null ? undefined : "no"}>
      <bdi>{place}</bdi>
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
    <Button
      look={lookOf(server, next.kind)}
      busy={verb.busy}
      describedBy={describedBy}
      onClick={({ detail: clicks }) => {
        if (clicks < 2) verb.act();
      }}
    >
      {next.label}
    </Button>
  );
}

/** Only what waits for the person is loud. */
function lookOf(server: ServerStatus, kind: NextKind): "go" | "plain" | "quiet" {
  if (kind === "sign_in") return server.state === "idle" ? "plain" : "go";
  if (kind === "allow" || kind === "review" || kind === "client_id") return "go";
  return kind === "sign_out" ? "quiet" : "plain";
}
