/** What is kept of calls. */
import type { AppSettings } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";
import { SwitchLine } from "../ui/switch.tsx";
import { Section } from "./section.tsx";
import type { ChangeSettings } from "./use-settings.ts";

interface Props {
  readonly settings: AppSettings;
  readonly change: ChangeSettings;
}

export function PrivacySection({ settings, change }: Props) {
  return (
    <Section title={t("settings:privacy")}>
      <SwitchLine
        label={t("settings:arguments")}
        hint={t("settings:arguments_hint")}
        on={settings.record_arguments}
        onChange={(on) => void change({ record_arguments: on })}
      />
    </Section>
  );
}
