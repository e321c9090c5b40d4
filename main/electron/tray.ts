/** The tray: Electron's icon and menu, made from {@link trayMenu} and remade only when that says something new. */
import { join } from "node:path";
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, nativeTheme, Tray } from "electron";
import type { Snapshot } from "../../preload/api.ts";
import { escapeLabel, type MenuEntry, type TrayAction, trayMenu } from "./tray-menu.ts";
import type { TrayIcon } from "./tray-summary.ts";

export interface AppTray {
  draw(snapshot: Snapshot): void;
  /** In other words: the language has changed. */
  redraw(): void;
  /** On a desktop whose tray has come, or come again. */
  renew(): void;
  destroy(): void;
}

export function createTray(folder: string, act: (action: TrayAction) => void): AppTray {
  let snapshot: Snapshot | null = null;
  let model = trayMenu(null);
  let drawn = "";
  let tray = place();

  function place(): Tray {
    const placed = new Tray(picture(folder, model.icon));
    // On macOS a click opens the menu; elsewhere a plain click means the window.
    if (process.platform !== "darwin") placed.on("click", () => act({ kind: "open" }));
    return placed;
  }
  const paint = (): void => {
    tray.setImage(picture(folder, model.icon));
  };
  const draw = (): void => {
    model = trayMenu(snapshot);
    const next = JSON.stringify(model);
    if (next === drawn) return;
    drawn = next;
    paint();
    tray.setToolTip(model.tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(model.entries.map((entry) => menuItem(entry, act))));
  };

  nativeTheme.on("updated", paint);
  draw();

  return {
    draw(latest) {
      snapshot = latest;
      draw();
    },
    redraw: draw,
    renew() {
      tray.destroy();
      tray = place();
      drawn = "";
      draw();
    },
    destroy() {
      nativeTheme.removeListener("updated", paint);
      tray.destroy();
    },
  };
}

function menuItem(entry: MenuEntry, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  if (entry.type === "separator") return { type: "separator" };
  const label = escapeLabel(entry.label);
  if (entry.type === "submenu") return { label, submenu: entry.entries.map((inner) => menuItem(inner, act)) };
  const { action } = entry;
  return action === null ? { label, enabled: false } : { label, click: () => act(action) };
}

function picture(folder: string, icon: TrayIcon): NativeImage {
  if (process.platform === "darwin") {
    const image = nativeImage.createFromPath(join(folder, `${icon}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  return nativeImage.createFromPath(join(folder, `${icon}${onDarkPanel() ? "-dark" : ""}.png`));
}

/** GNOME's and Ubuntu's panel is dark in every theme; elsewhere the panel follows the theme. */
function onDarkPanel(): boolean {
  if (process.platform === "linux" && /\b(GNOME|Unity)\b/i.test(process.env.XDG_CURRENT_DESKTOP ?? "")) return true;
  return nativeTheme.shouldUseDarkColors;
}
