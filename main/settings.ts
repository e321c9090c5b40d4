/** What `settings` of `servers.json` is where it says nothing. */
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
