/** The application menu: on macOS the menu bar, elsewhere hidden until Alt and there for its shortcuts. */
import { app, Menu, type MenuItemConstructorOptions } from "electron";

export function setApplicationMenu(): void {
  const mac = process.platform === "darwin";
  const template: MenuItemConstructorOptions[] = [
    mac
      ? { role: "appMenu" }
      : {
          label: "&File",
          submenu: [
            { role: "close", label: "Close window" },
            { type: "separator" },
            { role: "quit", label: "Quit Gatehouse", accelerator: "Ctrl+Q" },
          ],
        },
    { role: "editMenu" },
    {
      label: "&View",
      submenu: [
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        ...(app.isPackaged ? [] : [{ role: "toggleDevTools" } as const]),
      ],
    },
    ...(mac ? [{ role: "windowMenu" } as const] : []),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
