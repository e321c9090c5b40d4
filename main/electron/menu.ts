/** The application menu: on macOS the menu bar, elsewhere hidden until Alt and there for its shortcuts. */
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import { t } from "../../preload/words.ts";
import type { TrayAction } from "./tray-menu.ts";

/** In the language that is set now; to be called again with another. */
export function setApplicationMenu(act: (action: TrayAction) => void): void {
  const mac = process.platform === "darwin";
  const template: MenuItemConstructorOptions[] = [
    mac
      ? { role: "appMenu" }
      : {
          label: t("tray:menu_file"),
          submenu: [
            { role: "close", label: t("tray:menu_close") },
            { type: "separator" },
            { label: t("tray:quit"), accelerator: "Ctrl+Q", click: () => act({ kind: "quit" }) },
          ],
        },
    {
      label: t("tray:menu_edit"),
      submenu: [
        { role: "undo", label: t("tray:menu_undo") },
        { role: "redo", label: t("tray:menu_redo") },
        { type: "separator" },
        { role: "cut", label: t("tray:menu_cut") },
        { role: "copy", label: t("tray:menu_copy") },
        { role: "paste", label: t("tray:menu_paste") },
        { role: "selectAll", label: t("tray:menu_select_all") },
      ],
    },
    {
      label: t("tray:menu_view"),
      submenu: [
        { role: "resetZoom", label: t("tray:menu_zoom_reset") },
        { role: "zoomIn", label: t("tray:menu_zoom_in") },
        { role: "zoomOut", label: t("tray:menu_zoom_out") },
        ...(app.isPackaged ? [] : [{ role: "toggleDevTools" } as const]),
      ],
    },
    ...(mac ? [{ role: "windowMenu" } as const] : []),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
