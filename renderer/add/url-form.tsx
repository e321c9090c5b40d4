/** An address that is about to be added: what it turns out to be, what it wants, and its name. */
import { type FormEvent, type RefObject, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { t } from "../../preload/words.ts";
import { nameProblem, suggestName } from "../form-check.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { TextField } from "../ui/field.tsx";
import { ClientFields } from "./client-fields.tsx";
import { freeName } from "./names.ts";
import { filled, fromReport, type Given, NOTHING_GIVEN, type Offer } from "./offer.ts";
import { Report } from "./report.tsx";

import type { Added } from "./types.ts";
import { useCatalogue } from "./use-catalogue.ts";
import { useLatest } from "./use-latest.ts";

/** Milliseconds without a key before an address is asked. */
const PAUSE = 400;

interface Props {
  readonly url: string;
  /** Why it cannot be added; null: it can. */
  readonly problem: string | null;
  /** What the text called it; null: it had no name. */
  readonly called?: string | null;
  /** False: the server is not asked until the person says so. */
  readonly mayAsk: boolean;
  readonly names: readonly string[];
  readonly form: RefObject<HTMLFormElement | null>;
  readonly onAsk: () => void;
  readonly onAdded: (added: Added) => void;
}

export function UrlForm({ url, problem, called = null, mayAsk, names, form, onAsk, onAdded }: Props) {
  const run = useApp((state) => state.run);
  const catalogue = useCatalogue();
  const [name, setName] = useState<string | null>(null);
  const [given, setGiven] = useState<Given>(NOTHING_GIVEN);
  const [turn, setTurn] = useState(0);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const question = problem === null && mayAsk ? url : null;
  const report = useLatest(question, PAUSE, (asked) => run("inspectUrl", { url: asked }), turn);
  const found = report.state === "there" ? report.value : null;
  const known = catalogue?.find(({ id }) => id === found?.catalogue) ?? null;
  const offer: Offer | null = found === null ? null : fromReport(found, known);
  const shownName = name ?? called ?? (found?.suggested_name || freeName(suggestName(url, []), names));
  const issue = nameProblem(shownName, names);
  const wantsClient = found?.registration === "client_id";

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (saving || problem !== null || issue !== null) return;
    if (given.clientSecret.trim() !== "" && given.clientId.trim() === "") return;
    setSaving(true);
    const chosen = shownName.trim();
    const made = offer === null ? { entry: { url }, secrets: {} } : filled(offer, chosen, given);
    const result = await run("setEntry", {
      name: chosen,
      create: true,
      entry: made.entry,
      ...(Object.keys(made.secrets).length === 0 ? {} : { secrets: made.secrets }),
    });
    setSaving(false);
    if (!result.ok) return setError(result.error);
    onAdded({
      names: [result.value.name],
      secrets: Object.keys(made.secrets).length,
      failed: [],
      agent: null,
      undo: result.value.undo,
      agentUndo: null,
    });
  };

  return (
    <form ref={form} noValidate onSubmit={(event) => void add(event)}>
      {problem === null && !mayAsk && (
        <Button className="start" onClick={onAsk}>
          {t("add:look")}
        </Button>
      )}
      <Report report={report} known={known} onAgain={() => setTurn(turn + 1)} />
      {wantsClient && <ClientFields client={found?.client ?? null} given={given} onChange={setGiven} />}
      <TextField
        label={t("add:name")}
        hint={t("add:name_hint")}
        value={shownName}
        issue={tried || (name ?? "") !== "" ? issue : null}
        onChange={setName}
      />
      {error !== null && <ErrorNotice error={error} />}
      <div className="buttons foot-buttons">
        <Button look="go" submit busy={saving} className="push">
          {saving ? t("add:adding") : t("add:add")}
        </Button>
      </div>
    </form>
  );
}
