/** What this is. */
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Mark } from "../ui/icons.tsx";
import { Line, Section } from "./section.tsx";

/** As package.json says. */
const LICENCE = "Apache-2.0";

export function AboutSection() {
  const version = useApp((state) => state.shell?.version ?? state.snapshot?.hub.version ?? "");
  return (
    <Section title={t("settings:about")}>
      <div className="about">
        <Mark size={32} />
        <strong translate="no">{t("app")}</strong>
      </div>
      <Line label={t("settings:version")}>
        <span className="settings-value">{version}</span>
        <CopyButton text={`Gatehouse ${version}`} label={t("settings:copy_version")} />
      </Line>
      <Line label={t("settings:licence")}>
        <span className="settings-value" translate="no">
          {LICENCE}
        </span>
      </Line>
    </Section>
  );
}
