/** The screen Settings. Each change is kept at once. */
import { t } from "../../preload/words.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { AboutSection } from "./about-section.tsx";
import { DataSection } from "./data-section.tsx";
import { GeneralSection } from "./general-section.tsx";
import { HealthSection } from "./health-section.tsx";
import { NetworkSection } from "./network-section.tsx";
import { PrivacySection } from "./privacy-section.tsx";
import { ResetSection } from "./reset-section.tsx";
import { SecretsSection } from "./secrets-section.tsx";
import { UpdatesSection } from "./updates-section.tsx";
import { useSettings } from "./use-settings.ts";
import { VaultSection } from "./vault-section.tsx";

export function SettingsScreen() {
  const { view, error, change, reload } = useSettings();
  return (
    <>
      <header className="bar">
        <h1>{t("settings:title")}</h1>
      </header>
      {error !== null && (
        <ErrorNotice error={error}>
          <Button onClick={reload}>{t("try_again")}</Button>
        </ErrorNotice>
      )}
      {view === null && error === null && <Skeleton lines={8} />}
      {view !== null && (
        <div className="settings">
          <GeneralSection settings={view.settings} change={change} />
          <VaultSection overridden={view.overridden} />
          <SecretsSection />
          <PrivacySection settings={view.settings} change={change} />
          <NetworkSection view={view} change={change} />
          <UpdatesSection settings={view.settings} change={change} />
          <HealthSection />
          <DataSection paths={view.paths} />
          <ResetSection />
          <AboutSection />
        </div>
      )}
    </>
  );
}
