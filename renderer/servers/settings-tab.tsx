/** Everything that `servers.json` says of a server, as a form or as its own text. */
import { useEffect, useState } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { SegmentedControl } from "../ui/tabs.tsx";
import { EntryForm } from "./entry-form.tsx";
import { EntryText } from "./entry-text.tsx";
import { useEntry } from "./use-entry.ts";

const WAYS = ["as_form", "as_text"] as const;
type Way = (typeof WAYS)[number];

export function SettingsTab({ server }: { readonly server: ServerStatus }) {
  const edit = useEntry(server.name);
  const open = useApp((state) => state.open);
  const [way, setWay] = useState<Way>("as_form");
  const { view, error } = edit;
  useAskedField(view !== null);
  return (
    <>
      <div className="contents-bar">
        <SegmentedControl
          label={t("servers:form.view")}
          choices={WAYS.map((value) => ({ value, label: t(`servers:form.${value}`) }))}
          value={way}
          onChange={setWay}
        />
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {view === null && error === null && (
        <p className="soft" role="status">
          {t("loading")}
        </p>
      )}
      {view !== null &&
        (way === "as_form" ? (
          <EntryForm server={server} view={view} edit={edit} />
        ) : (
          <EntryText key={view.text} view={view} edit={edit} />
        ))}
      <Button look="link" className="is-danger" onClick={() => open({ kind: "remove", server: server.name })}>
        {t("servers:form.remove")}
      </Button>
    </>
  );
}

/** The field that was asked for has the focus, once it is there. */
function useAskedField(isThere: boolean): void {
  const member = useApp((state) => state.member);
  useEffect(() => {
    if (!isThere || member === null) return;
    const field = document.querySelector<HTMLElement>(`.detail [data-member="${CSS.escape(member)}"]`);
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }, [isThere, member]);
}
