/** How Gatehouse starts, looks and speaks. */
import { type AppSettings, LANGUAGES, type Language, THEMES } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { SwitchLine } from "../ui/switch.tsx";
import { Section, SelectLine } from "./section.tsx";
import type { ChangeSettings } from "./use-settings.ts";

/** What each language calls itself. */
const LANGUAGE_NAMES: Record<Language, string> = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  ja: "日本語",
  "zh-CN": "简体中文",
};

interface Props {
  readonly settings: AppSettings;
  readonly change: ChangeSettings;
}

export function GeneralSection({ settings, change }: Props) {
  const shell = useApp((state) => state.shell);
  return (
    <Section title={t("settings:general")}>
      <SwitchLine
        label={t("settings:login")}
        hint={t(shell?.tray === false ? "settings:login_hint_no_tray" : "settings:login_hint")}
        on={settings.start_at_login}
        onChange={(on) => void change({ start_at_login: on })}
      />
      <SwitchLine
        label={t("settings:notifications")}
        hint={t(shell?.notifications === false ? "settings:notifications_none" : "settings:notifications_hint")}
        on={settings.notifications}
        onChange={(on) => void change({ notifications: on })}
      />
      <SelectLine
        label={t("settings:theme")}
        value={settings.theme}
        choices={THEMES.map((value) => ({ value, label: t(`settings:themes.${value}`) }))}
        onChange={(theme) => void change({ theme })}
      />
      <SelectLine<AppSettings["language"]>
        label={t("settings:language")}
        value={settings.language}
        choices={[
          { value: "system", label: t("settings:language_system") },
          ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value], lang: value })),
        ]}
        onChange={(language) => void change({ language })}
      />
    </Section>
  );
}
