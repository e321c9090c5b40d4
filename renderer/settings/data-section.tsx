/** Where everything lies. */
import type { SettingsView } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { Line, Section } from "./section.tsx";

const FOLDERS = ["config", "data", "logs"] as const;

export function DataSection({ paths }: { readonly paths: SettingsView["paths"] }) {
  const ask = useApp((state) => state.ask);
  return (
    <Section title={t("settings:data")}>
      {FOLDERS.map((which) => (
        <Line
          key={which}
          label={t(`settings:folder_${which}`)}
          hint={
            <code className="path" dir="ltr">
              {paths[which]}
            </code>
          }
        >
          <Button
            name={t("settings:folder_open_named", { what: t(`settings:folder_${which}`) })}
            onClick={() => void ask("openFolder", { which })}
          >
            {t("settings:folder_open")}
          </Button>
        </Line>
      ))}
    </Section>
  );
}
