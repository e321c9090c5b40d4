/** What `settings` of `servers.json` is where it says nothing, and how it may be shown. */
import type { AppSettings } from "../preload/api-settings.ts";

export const DEFAULT_SETTINGS: AppSettings = {
  start_at_login: false,
  notifications: true,
  theme: "system",
  language: "system",
  record_arguments: false,
  updates: "ask",
  proxy: "",
};

const PASSWORD = /^((?:[a-z][a-z0-9+.-]*:\/\/)?[^\s/?#:@]*:)([^\s/?#]*)(@)/i;
const HIDDEN = "$" + "{hidden:proxy}";

/** Without the password of the proxy, in whose place `${hidden:proxy}` stands. */
export function shownSettings(settings: AppSettings): AppSettings {
  const proxy = settings.proxy.replace(PASSWORD, (_all, front: string, _password, end: string) => front + HIDDEN + end);
  return proxy === settings.proxy ? settings : { ...settings, proxy };
}

/** `proxy` as it was shown and perhaps changed, with the password of `before` where it was hidden. */
export function restoreProxy(proxy: string, before: string): string {
  const password = PASSWORD.exec(before)?.[2];
  return password === undefined ? proxy : proxy.replace(HIDDEN, () => password);
}
