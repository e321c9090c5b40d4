/** The app: the hub with tray and window around it. */
import { dirname, join } from "node:path";
import { app } from "electron";
import { appBrowser } from "./electron/browser.ts";
import { startElectron } from "./electron/lifecycle.ts";
import { createLog, logLevel } from "./log.ts";
import { gatehousePaths } from "./paths.ts";
import { takeSecrets } from "./program.ts";
import { VERSION } from "./version.ts";

const { env } = process;
const secrets = takeSecrets(env);
// The app that is started in this one's place while it ends inherits this environment.
app.on("before-quit", () => Object.assign(env, secrets));
const paths = gatehousePaths(env);
const root = app.getAppPath();
const browser = appBrowser(env);

startElectron({
  env,
  async start() {
    // Most of the program, and nothing that the first picture needs.
    const { startApp } = await import("./app.ts");
    return startApp({ env, secrets, browser, version: VERSION, role: "app", onYield: () => app.quit() });
  },
  files: {
    renderer: join(root, "dist/renderer"),
    preload: join(root, "dist/preload/index.cjs"),
    tray: join(root, "assets/tray"),
    icon: join(root, "assets/icon.png"),
  },
  version: VERSION,
  folders: { config: dirname(paths.servers), data: paths.home, logs: paths.logs },
  browser,
  userData: paths.electron,
  hidden: process.argv.includes("--hidden"),
  report(event, error) {
    const log = createLog({ path: join(paths.logs, "gatehouse.log"), level: logLevel(env.GATEHOUSE_LOG_LEVEL) });
    log.error(`app.${event}`, { error });
    void log.close();
  },
});
