/** The floor of the app's measures: an Electron app with an icon in the tray and a window that says one word. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../fixtures/root.ts";

const MAIN = `const { app, BrowserWindow, Menu, Tray } = require("electron");
const { join } = require("node:path");
app.setPath("userData", join(process.env.GATEHOUSE_HOME, "electron"));
app.on("window-all-closed", () => {});
app.whenReady().then(() => {
  globalThis.tray = new Tray(join(__dirname, "icon.png"));
  tray.setToolTip("Empty");
  tray.setContextMenu(Menu.buildFromTemplate([{ label: "Quit", click: () => app.quit() }]));
  if (process.argv.includes("--hidden")) return;
  const window = new BrowserWindow({ width: 920, height: 640, show: false });
  window.once("ready-to-show", () => window.show());
  window.loadFile(join(__dirname, "index.html"));
});
`;

/** Writes it into `folder`, which Electron can then be started on. */
export function writeEmptyApp(folder: string): string {
  const path = join(folder, "empty-app");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), JSON.stringify({ name: "empty-app", version: "1.0.0", main: "main.cjs" }));
  writeFileSync(join(path, "main.cjs"), MAIN);
  writeFileSync(join(path, "index.html"), "<!doctype html><meta charset=utf-8><title>Empty</title><h1>Empty</h1>\n");
  copyFileSync(join(repoRoot, "assets", "tray", "ok.png"), join(path, "icon.png"));
  return path;
}
