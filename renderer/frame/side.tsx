/** The way between the screens, and how the whole is. Beside them, or below them in a narrow window. */
import type { ReactNode } from "react";
import type { Snapshot } from "../../preload/api.ts";
import { vaultText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { countNeeds } from "../groups.ts";
import { platform } from "../platform.ts";
import { SCREENS, type Screen, useApp } from "../store.ts";
import { ActivityIcon, AgentsIcon, Mark, SearchIcon, ServersIcon, SettingsIcon, StateShape } from "../ui/icons.tsx";

export const SCREEN_ICONS: Record<Screen, ReactNode> = {
  servers: <ServersIcon />,
  agents: <AgentsIcon />,
  activity: <ActivityIcon />,
  settings: <SettingsIcon />,
};

export function Side({ snapshot, lost }: { readonly snapshot: Snapshot; readonly lost: boolean }) {
  const needs = countNeeds(snapshot.servers);
  return (
    <header className="side">
      <div className="brand">
        <Mark />
        <span translate="no">{t("app")}</span>
      </div>
      <nav aria-label={t("nav.label")}>
        {SCREENS.map((screen) => (
          <NavItem key={screen} screen={screen} needs={screen === "servers" ? needs : 0} />
        ))}
      </nav>
      <FindButton />
      <Foot snapshot={snapshot} lost={lost} />
    </header>
  );
}

function NavItem({ screen, needs }: { readonly screen: Screen; readonly needs: number }) {
  const current = useApp((state) => state.screen === screen);
  const go = useApp((state) => state.go);
  return (
    <button type="button" className="nav-item" aria-current={current ? "page" : undefined} onClick={() => go(screen)}>
      {SCREEN_ICONS[screen]}
      <span className="nav-label" aria-hidden={needs > 0 || undefined}>
        {t(`nav.${screen}`)}
      </span>
      {needs > 0 && (
        <>
          <span className="pill" aria-hidden="true">
            {needs}
          </span>
          <span className="unseen">{t("nav.servers_needing", { count: needs })}</span>
        </>
      )}
    </button>
  );
}

function FindButton() {
  const open = useApp((state) => state.open);
  const keys = platform() === "darwin" ? "⌘K" : "Ctrl K";
  return (
    <button type="button" className="nav-item find" onClick={() => open({ kind: "palette" })}>
      <SearchIcon />
      <span className="nav-label">{t("nav.palette")}</span>
      <kbd translate="no">{keys}</kbd>
    </button>
  );
}

function Foot({ snapshot, lost }: { readonly snapshot: Snapshot; readonly lost: boolean }) {
  const vault = vaultText(snapshot.hub.vault, platform());
  const tone = lost ? "bad" : snapshot.paused ? "off" : "ok";
  const state = lost ? t("hub.not_answering") : snapshot.paused ? t("hub.paused") : t("hub.running");
  return (
    <div className="foot" role="status" title={`${state}. ${vault.label}`}>
      <span className={`state tone-${tone}`}>
        <StateShape tone={tone} />
        {state}
      </span>
      <span className={vault.tone === "ok" ? "foot-vault" : `foot-vault tone-${vault.tone}`}>{vault.label}</span>
      <span className="foot-version">{t("hub.version", { version: snapshot.hub.version })}</span>
    </div>
  );
}
