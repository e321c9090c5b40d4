/** The person's own browser: the system's, or the command that `GATEHOUSE_BROWSER` names. */
import { shell } from "electron";
import { GatehouseError } from "../errors.ts";
import type { Browser } from "../ports.ts";

/** Opens http(s) addresses with the system's browser; anything else is `unsafe_url`. */
export const systemBrowser: Browser = {
  async open(url) {
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      throw new GatehouseError({
        code: "unsafe_url",
        message: "A sign-in page may only be a web page.",
        suggestion: "Report this to the server's owner: its sign-in address is not a web address.",
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
