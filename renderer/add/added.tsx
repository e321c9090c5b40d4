/** After adding: what each new server needs now, and the way back. */
import { useEffect, useRef } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import { nextAction, serverText } from "../../preload/text.ts";
import { language, t } from "../../preload/words.ts";
import { useNextVerb } from "../servers/verbs.ts";
import { useApp } from "../store.ts";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { StateShape } from "../ui/icons.tsx";
import { Tile } from "../ui/tile.tsx";
import type { Added } from "./types.ts";

interface Props {
  readonly added: Added;
  readonly onDone: () => void;
  readonly onMore: () => void;
  readonly onUndo: () => void;
}

export function AddedPage({ added, onDone, onMore, onUndo }: Props) {
  const servers = useApp((state) => state.snapshot?.servers);
  const go = useApp((state) => state.go);
  const page = useRef<HTMLDivElement>(null);
  const { names, secrets, failed, agent } = added;
  const there = names.flatMap((name) => servers?.find((server) => server.name === name) ?? []);
  const first = there[0] === undefined ? null : nextAction(there[0]).kind;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is to be done first has the focus, as soon as it is known
  useEffect(() => {
    const button = page.current?.querySelector<HTMLElement>("button.go");
    button?.focus();
  }, [first]);

  const allReady = there.length > 0 && there.every((server) => serverText(server).tone === "ok");
  return (
    <div ref={page} className="added">
      <p className="added-title" role="status">
        {names.length > 0 ? addedWords("title", names) : t("add:added.nothing")}
      </p>
      {there.length > 0 && <p className="soft">{allReady ? t("add:added.ready") : t("add:added.next_sign_in")}</p>}
      <ul className="added-list">
        {there.map((server) => (
          <AddedRow key={server.name} server={server} onLeave={onDone} />
        ))}
      </ul>
      {secrets > 0 && <p className="soft">{t("add:added.secrets", { count: secrets })}</p>}
      {agent !== null && <p>{t("add:added.agent", { agent })}</p>}
      {failed.length > 0 && <Banner tone="bad" title={t("add:added.failed", { count: failed.length })} />}
      {failed.map(({ name, error }) => (
        <ErrorNotice key={name} error={error} />
      ))}
      <div className="buttons foot-buttons">
        {names.length > 0 && (
          <Button look="quiet" onClick={onUndo}>
            {t("undo")}
          </Button>
        )}
        <Button className="push" onClick={onMore}>
          {t("add:added.more")}
        </Button>
        {allReady && (
          <Button
            onClick={() => {
              onDone();
              go("agents");
            }}
          >
            {t("add:added.agents")}
          </Button>
        )}
        <Button look={allReady || there.length === 0 ? "go" : "plain"} onClick={onDone}>
          {t("add:done")}
        </Button>
      </div>
    </div>
  );
}

/** `linear is added`, `3 servers are added`. */
export function addedWords(where: "title" | "toast", names: readonly string[]): string {
  const list = new Intl.ListFormat(language(), { type: "conjunction" }).format(names);
  return t(`add:added.${where}`, { count: names.length, names: list });
}

function AddedRow({ server, onLeave }: { readonly server: ServerStatus; readonly onLeave: () => void }) {
  const { label, tone } = serverText(server);
  const next = nextAction(server);
  const { busy, act } = useNextVerb(server, next.kind);
  // What is good already needs no button here.
  const isNeeded = next.kind !== "none" && next.kind !== "sign_out";
  const leaves = next.kind === "review" || next.kind === "client_id" || next.kind === "fix";
  return (
    <li className="row" aria-label={server.name}>
      <Tile name={server.name} icon={server.catalogue} />
      <div className="row-text">
        <span className="name" translate="no">
          {server.name}
        </span>
        <span className="status">
          <span className={`state tone-${tone}`}>
            <StateShape tone={tone} />
            {label}
          </span>
        </span>
      </div>
      {isNeeded && (
        <div className="row-actions">
          <Button
            look={next.kind === "cancel" ? "plain" : "go"}
            busy={busy && next.kind !== "cancel"}
            onClick={() => {
              if (leaves) onLeave();
              act();
            }}
          >
            {next.label}
          </Button>
        </div>
      )}
    </li>
  );
}
