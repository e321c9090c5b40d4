/** All there is to know of one server, beside the list, or instead of it in a narrow window. */
import { useEffect, useId, useRef } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import { changedTools } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { useIsNarrow } from "../narrow.ts";
import { SERVER_TABS, type ServerTab, useApp } from "../store.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { BackIcon, CloseIcon } from "../ui/icons.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Tile } from "../ui/tile.tsx";
import { ActivityTab } from "./activity-tab.tsx";
import { LogTab } from "./log-tab.tsx";
import { Overview } from "./overview.tsx";
import { NextButton, Place, StatusLine } from "./server-row.tsx";
import { SettingsTab } from "./settings-tab.tsx";
import { ToolsTab } from "./tools-tab.tsx";
import { useTurn } from "./verbs.ts";

export function ServerDetail({ server }: { readonly server: ServerStatus }) {
  const select = useApp((state) => state.select);
  const tab = useApp((state) => state.tab);
  const id = useId();
  const pane = useRef<HTMLElement>(null);
  const alone = useIsNarrow();
  const { name } = server;
  const tabs = server.ad_hoc ? SERVER_TABS.filter((one) => one !== "settings") : SERVER_TABS;

  // Whoever closes it goes on where it was opened.
  useEffect(
    () => () => {
      const row = [...document.querySelectorAll<HTMLElement>("main li.row")].find((one) => one.ariaLabel === name);
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) row?.querySelector<HTMLElement>(".row-open")?.focus();
      });
    },
    [name],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another server is another pane, read from its top
  useEffect(() => {
    // Where a field is asked for, it takes the focus itself.
    if (tab !== "settings") pane.current?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    pane.current?.scrollTo(0, 0);
  }, [name]);

  return (
    <section
      ref={pane}
      className="detail"
      role={alone ? "main" : "complementary"}
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) select(null);
      }}
    >
      <Button look="quiet" icon={<BackIcon />} className="only-narrow back" onClick={() => select(null)}>
        {t("back")}
      </Button>
      <div className="detail-head">
        <Tile name={name} icon={server.catalogue} large />
        <div className="row-text">
          <h2 id={id} tabIndex={-1} aria-level={alone ? 1 : 2} dir="auto" translate="no">
            {name}
          </h2>
          <Place server={server} />
        </div>
        <div className="detail-tools">
          <DetailMenu server={server} />
          <IconButton
            label={t("servers:detail.close")}
            icon={<CloseIcon />}
            className="only-wide"
            onClick={() => select(null)}
          />
        </div>
      </div>
      <NarrowActions server={server} />
      <Tabs
        key={name}
        label={t("servers:detail.tabs")}
        tabs={tabs.map((one) => ({
          id: one,
          label: t(`servers:detail.${one}`),
          badge: one === "tools" ? changedTools(server).length : 0,
        }))}
        selected={tab}
        onSelect={(next) => select(name, next)}
      >
        <Content key={tab} tab={tab} server={server} />
      </Tabs>
    </section>
  );
}

function Content({ tab, server }: { readonly tab: ServerTab; readonly server: ServerStatus }) {
  switch (tab) {
    case "overview":
      return <Overview server={server} />;
    case "tools":
      return <ToolsTab server={server} />;
    case "activity":
      return <ActivityTab server={server} />;
    case "log":
      return <LogTab server={server} />;
    case "settings":
      return <SettingsTab server={server} />;
  }
}

function DetailMenu({ server }: { readonly server: ServerStatus }) {
  const select = useApp((state) => state.select);
  const open = useApp((state) => state.open);
  const turn = useTurn(server.name);
  if (server.ad_hoc) return null;
  const off = server.state === "disabled";
  const items: MenuItem[] = [
    { label: t("edit"), onSelect: () => select(server.name, "settings", "name") },
    { label: t(off ? "servers:detail.turn_on" : "servers:detail.turn_off"), onSelect: () => turn(off) },
    { label: t("remove"), danger: true, onSelect: () => open({ kind: "remove", server: server.name }) },
  ];
  return <Menu label={t("more")} items={items} />;
}

/** In a narrow window the list, and with it the row's button, is out of sight. */
function NarrowActions({ server }: { readonly server: ServerStatus }) {
  const id = useId();
  return (
    <div className="only-narrow narrow-actions">
      <span id={id}>
        <StatusLine server={server} />
      </span>
      <div className="buttons">
        <NextButton server={server} describedBy={id} />
      </div>
    </div>
  );
}
