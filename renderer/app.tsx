/** The frame: side, banners, the screen that is chosen, dialogs, and what has just happened. */
import { useEffect } from "react";
import type { Snapshot } from "../preload/api.ts";
import { t } from "../preload/words.ts";
import { ActivityScreen } from "./activity/index.tsx";
import { AgentsScreen } from "./agents/index.tsx";
import { Banners } from "./frame/banners.tsx";
import { Dialogs } from "./frame/dialogs.tsx";
import { Side } from "./frame/side.tsx";
import { Toasts } from "./frame/toasts.tsx";
import { ServersScreen } from "./servers/index.tsx";
import { ServerDetail } from "./servers/server-detail.tsx";
import { SettingsScreen } from "./settings/index.tsx";
import { SCREENS, type Screen, useApp, useAppStore } from "./store.ts";
import { Mark } from "./ui/icons.tsx";

export function App() {
  const language = useApp((state) => state.language);
  // Everything is drawn anew in another language: `t` is no state of any component.
  return <Window key={language} />;
}

function Window() {
  const snapshot = useApp((state) => state.snapshot);
  const lost = useApp((state) => state.lost);
  const screen = useApp((state) => state.screen);
  const selected = useApp((state) => state.selected);
  useShortcuts();
  if (snapshot === null) return <Waiting lost={lost} />;
  const open = screen === "servers" ? snapshot.servers.find((server) => server.name === selected) : undefined;
  return (
    <div className={open === undefined ? "screen" : "screen with-detail"}>
      <Side snapshot={snapshot} lost={lost} />
      <main>
        <Banners snapshot={snapshot} lost={lost} />
        <Content screen={screen} snapshot={snapshot} />
      </main>
      {open !== undefined && <ServerDetail server={open} />}
      <Dialogs snapshot={snapshot} />
      <Toasts snapshot={snapshot} />
    </div>
  );
}

function Content({ screen, snapshot }: { readonly screen: Screen; readonly snapshot: Snapshot }) {
  switch (screen) {
    case "servers":
      return <ServersScreen servers={snapshot.servers} path={snapshot.config.path} />;
    case "agents":
      return <AgentsScreen />;
    case "activity":
      return <ActivityScreen />;
    case "settings":
      return <SettingsScreen />;
  }
}

function Waiting({ lost }: { readonly lost: boolean }) {
  return (
    <main className="waiting">
      <Mark size={52} />
      <p role="status">{lost ? t("hub.lost_at_start") : t("starting")}</p>
    </main>
  );
}

/** Ctrl or Cmd with K finds anything, with a digit goes to a screen, with F searches it. */
function useShortcuts(): void {
  const store = useAppStore();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const { dialog, go, open } = store.getState();
      const screen = SCREENS[Number(event.key) - 1];
      if (event.key === "k" && (dialog === null || dialog.kind === "palette"))
        open(dialog === null ? { kind: "palette" } : null);
      else if (dialog !== null) return;
      else if (screen !== undefined) go(screen);
      else if (event.key === "f") document.querySelector<HTMLElement>("main input[type=search]")?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [store]);
}
