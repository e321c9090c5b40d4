/** The screen Settings. */
import { t } from "../../preload/words.ts";

export function SettingsScreen() {
  return (
    <header className="bar">
      <h1>{t("nav.settings")}</h1>
    </header>
  );
}
