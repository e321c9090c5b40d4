/** The screen Agents. */
import { t } from "../../preload/words.ts";

export function AgentsScreen() {
  return (
    <header className="bar">
      <h1>{t("nav.agents")}</h1>
    </header>
  );
}
