/** The person's own browser: the system's, or the command that `GATEHOUSE_BROWSER` names. */
import { shell } from "electron";
import { commandBrowser } from "../browser.ts";
import { GatehouseError } from "../errors.ts";
import type { Browser } from "../ports.ts";

export function appBrowser(env: Readonly<Record<string, string | undefined>>): Browser {
  const command = env.GATEHOUSE_BROWSER ?? "";
  return command === "" ? desktopBrowser : commandBrowser(command);
}

/** The system's default browser. Rejects with `unsafe_url` for anything but a web page. */
const desktopBrowser: Browser = {
  async open(url) {
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new GatehouseError({
        code: "unsafe_url",
        message: "The sign-in address is not a web page, so it was not opened.",
        suggestion: "Report this to the server's owner.",
      });
    }
    try {
      await shell.openExternal(url.href);
    } catch (cause) {
      throw new GatehouseError({
        code: "browser_failed",
        message: "The system did not open a browser.",
        suggestion: "Set a default browser, or set GATEHOUSE_BROWSER to the command that opens one.",
        cause,
      });
    }
  },
};
