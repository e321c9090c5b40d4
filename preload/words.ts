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
import { LANGUAGES, type Language } from "./api-settings.ts";

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

/** The language to speak: the chosen one, else the first of the desktop's (BCP 47) that there are words for, else English. */
export function languageFor(chosen: Language | "system", desktop: readonly string[]): Language {
  if (chosen !== "system") return chosen;
  for (const tag of desktop) {
    const known = LANGUAGES.find((language) => matches(language, tag.replaceAll("_", "-").toLowerCase()));
    if (known !== undefined) return known;
  }
  return "en";
}

function matches(language: Language, tag: string): boolean {
  // Whoever reads the traditional script is not served by the simplified one.
  if (language === "zh-CN") return /^zh(-hans)?(-(cn|sg|my))?$/.test(tag);
  return tag.split("-")[0] === language;
}
