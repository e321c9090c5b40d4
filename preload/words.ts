/**
 * The words of window, tray and notifications in the language that is set; English until one is, and where a language
 * has none. Keys are checked by the compiler: `t("servers:title")`.
 */
import i18next from "i18next";
import activity from "../assets/locales/en/activity.json";
import add from "../assets/locales/en/add.json";
import agents from "../assets/locales/en/agents.json";
import common from "../assets/locales/en/common.json";
import servers from "../assets/locales/en/servers.json";
import settings from "../assets/locales/en/settings.json";
import tray from "../assets/locales/en/tray.json";

const en = { common, servers, add, agents, activity, settings, tray };

/** The words of one language: the same files and keys, or fewer. */
export type Words = Readonly<Record<string, unknown>>;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof en;
  }
}

const words = i18next.createInstance();
void words.init({
  lng: "en",
  fallbackLng: "en",
  initAsync: false,
  defaultNS: "common",
  ns: Object.keys(en),
  resources: { en },
  // React and the system's menus escape by themselves.
  interpolation: { escapeValue: false },
});

export const t = words.t;

/** BCP 47, for `Intl`. */
export const language = (): string => words.language;

/** From now on. What was drawn before is to be drawn again. */
export function setLanguage(name: string, translated: Readonly<Record<string, Words>>): void {
  for (const [namespace, texts] of Object.entries(translated))
    words.addResourceBundle(name, namespace, texts, true, true);
  void words.changeLanguage(name);
}
