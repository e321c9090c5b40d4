/** Start at login, hidden: the system's list of such programs, or on Linux a file of the desktop's. */
import { app } from "electron";
import { autostartPath, type Command, setAutostart } from "./autostart.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Makes it so, or undoes it; does nothing where it is so already. Rejects with the system's error. */
export async function startAtLogin(on: boolean, env: Environment): Promise<void> {
  const [program, ...args] = ownCommand(env);
  if (process.platform === "linux") return setAutostart(autostartPath(env), on ? [program, ...args, "--hidden"] : null);
  const options = { path: program, args: [...args, "--hidden"] };
  if (app.getLoginItemSettings(options).openAtLogin === on) return;
  app.setLoginItemSettings({ ...options, openAtLogin: on });
}

/** From source the folder of the app is one of the arguments. */
function ownCommand(env: Environment): Command {
  // An AppImage runs from a place that is another one each time.
  const program = env.APPIMAGE ?? process.execPath;
  return app.isPackaged ? [program] : [program, app.getAppPath()];
}
