/** The rows that are shown, as a file. */
import { t } from "../../preload/words.ts";
import { useAppStore } from "../store.ts";
import { Menu } from "../ui/menu.tsx";
import { asCsv, asJson, fileName } from "./export.ts";
import type { Row } from "./rows.ts";

export function ExportMenu({ rows }: { readonly rows: readonly Row[] }) {
  const store = useAppStore();
  const save = async (kind: "json" | "csv"): Promise<void> => {
    const { ask, say } = store.getState();
    const text = kind === "json" ? asJson(rows) : asCsv(rows);
    const saved = await ask("saveText", { suggested_name: fileName(kind, Date.now()), text });
    if (!saved.ok) say(saved.error.message);
    else if (saved.value.path !== null) say(t("activity:saved", { path: saved.value.path }));
  };
  return (
    <Menu
      label={t("activity:export")}
      items={[
        { label: t("activity:export_json"), onSelect: () => void save("json") },
        { label: t("activity:export_csv"), onSelect: () => void save("csv") },
      ]}
    />
  );
}
