/** The screen Activity. */
import { t } from "../../preload/words.ts";

export function ActivityScreen() {
  return (
    <header className="bar">
      <h1>{t("nav.activity")}</h1>
    </header>
  );
}
