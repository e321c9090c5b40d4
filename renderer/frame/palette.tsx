/** Find anything: screens, servers and what can be done with them, by a few letters. */
import { Command, useCommandState } from "cmdk";
import type { ServerStatus, Snapshot } from "../../preload/api.ts";
import { nextAction, serverText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { useNextVerb, useTurn } from "../servers/verbs.ts";
import { SCREENS, useApp } from "../store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { StateShape } from "../ui/icons.tsx";
import { Tile } from "../ui/tile.tsx";
import { SCREEN_ICONS } from "./side.tsx";

export function Palette({ snapshot }: { readonly snapshot: Snapshot }) {
  const open = useApp((state) => state.open);
  const go = useApp((state) => state.go);
  const run = useApp((state) => state.run);
  /** The palette is gone before what was chosen begins, which may be another dialog. */
  const choose = (act: () => void) => () => {
    open(null);
    act();
  };
  const { paused, servers } = snapshot;
  return (
    <Dialog title={t("palette.title")} onClose={() => open(null)} bare>
      <Command className="palette" label={t("palette.title")} loop>
        <Command.Input data-first="" placeholder={t("palette.placeholder")} />
        <Command.List label={t("palette.title")}>
          <Command.Empty>{t("palette.none")}</Command.Empty>
          <Command.Group heading={t("palette.actions")}>
            <Command.Item onSelect={choose(() => open({ kind: "add" }))}>{t("add_server")}</Command.Item>
            <Command.Item onSelect={choose(() => void run("pauseAll", { paused: !paused }))}>
              {t(paused ? "palette.resume" : "palette.pause")}
            </Command.Item>
          </Command.Group>
          <Command.Group heading={t("palette.screens")}>
            {SCREENS.map((screen) => (
              <Command.Item key={screen} value={`screen ${t(`nav.${screen}`)}`} onSelect={choose(() => go(screen))}>
                {SCREEN_ICONS[screen]}
                {t(`nav.${screen}`)}
              </Command.Item>
            ))}
          </Command.Group>
          {servers.length > 0 && (
            <Command.Group heading={t("palette.servers")}>
              {servers.map((server) => (
                <ServerItems key={server.name} server={server} choose={choose} />
              ))}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}

interface ItemsProps {
  readonly server: ServerStatus;
  readonly choose: (act: () => void) => () => void;
}

/** The server, and what can be done with it: those are found by its name, too. */
function ServerItems({ server, choose }: ItemsProps) {
  const select = useApp((state) => state.select);
  const open = useApp((state) => state.open);
  const turn = useTurn(server.name);
  const next = nextAction(server);
  const verb = useNextVerb(server, next.kind);
  // All that can be done with all of them is too much to look through.
  const searching = useCommandState((state) => state.search !== "");
  const { name } = server;
  const { tone, label } = serverText(server);
  const off = server.state === "disabled";
  const value = (what: string): string => `${name} ${what}`;
  return (
    <>
      <Command.Item value={value("")} onSelect={choose(() => select(name))}>
        <Tile name={name} icon={server.catalogue} />
        <bdi translate="no">{name}</bdi>
        <span className={`state tone-${tone}`}>
          <StateShape tone={tone} />
          {label}
        </span>
      </Command.Item>
      {searching && next.kind !== "none" && (
        <Command.Item value={value(next.label)} onSelect={choose(verb.act)}>
          {t("palette.do", { action: next.label, name })}
        </Command.Item>
      )}
      {searching && !server.ad_hoc && (
        <>
          <Command.Item value={value(t("edit"))} onSelect={choose(() => select(name, "settings", "name"))}>
            {t("palette.edit", { name })}
          </Command.Item>
          <Command.Item
            value={value(t(off ? "palette.turn_on" : "palette.turn_off", { name }))}
            onSelect={choose(() => turn(off))}
          >
            {t(off ? "palette.turn_on" : "palette.turn_off", { name })}
          </Command.Item>
          <Command.Item value={value(t("remove"))} onSelect={choose(() => open({ kind: "remove", server: name }))}>
            {t("palette.remove", { name })}
          </Command.Item>
        </>
      )}
    </>
  );
}
