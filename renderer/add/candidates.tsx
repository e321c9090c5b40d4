/** Servers that a text or an agent's file describes: which to take, under which names, and what becomes of each. */
import { type FormEvent, type ReactNode, type RefObject, useCallback, useId, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { ImportCandidate, ImportPreview } from "../../preload/api-import.ts";
import { t } from "../../preload/words.ts";
import { nameProblem } from "../form-check.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Candidate } from "./candidate.tsx";
import type { Added } from "./types.ts";

interface Props {
  readonly preview: ImportPreview;
  /** Whose file it is, by name; null: nobody's. */
  readonly agent: string | null;
  readonly names: readonly string[];
  readonly form?: RefObject<HTMLFormElement | null>;
  readonly back?: ReactNode;
  readonly onAdded: (added: Added) => void;
}

export function Candidates({ preview, agent, names, form, back, onAdded }: Props) {
  const run = useApp((state) => state.run);
  const id = useId();
  const { candidates } = preview;
  const [left, setLeft] = useState<ReadonlySet<string>>(() => new Set(candidates.filter(isLeft).map(({ id }) => id)));
  const [renamed, setRenamed] = useState<ReadonlyMap<string, string>>(new Map());
  const [replace, setReplace] = useState(agent !== null);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const isMixed = new Set(candidates.map(({ format }) => format)).size > 1;
  const possible = candidates.filter((candidate) => candidate.error === null);
  const chosen = possible.filter(({ id }) => !left.has(id));
  const nameOf = ({ id, name }: ImportCandidate): string => renamed.get(id) ?? name;
  const isTwice = twice(chosen.map((candidate) => nameOf(candidate).trim()));
  const issueOf = (candidate: ImportCandidate): string | null => {
    const name = nameOf(candidate);
    if (left.has(candidate.id) || candidate.error !== null) return null;
    return nameProblem(name, names) ?? (isTwice.has(name.trim()) ? t("add:import.name_twice") : null);
  };

  const take = useCallback((ids: readonly string[], taken: boolean): void => {
    setLeft((before) => {
      const next = new Set(before);
      for (const one of ids) taken ? next.delete(one) : next.add(one);
      return next;
    });
  }, []);
  const takeOne = useCallback((one: string, taken: boolean) => take([one], taken), [take]);
  const rename = useCallback((one: string, name: string) => setRenamed((before) => new Map(before).set(one, name)), []);

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (saving || chosen.length === 0 || chosen.some((candidate) => issueOf(candidate) !== null)) return;
    setSaving(true);
    const result = await run("importServers", {
      preview: preview.preview,
      servers: chosen.map((candidate) => ({ id: candidate.id, name: nameOf(candidate).trim() })),
      ...(agent === null ? {} : { replace_in_agent: replace }),
    });
    setSaving(false);
    if (!result.ok) return setError(result.error);
    const { added, secrets, failed, undo, agent_undo: agentUndo } = result.value;
    if (undo === null) return setError(failed[0]?.error ?? null);
    onAdded({
      names: added,
      secrets: secrets.length,
      failed: failed.map(({ id, error: why }) => ({
        name: chosen.find((one) => one.id === id)?.name ?? id,
        error: why,
      })),
      agent: agentUndo === null ? null : agent,
      undo,
      agentUndo,
    });
  };

  return (
    <form ref={form} className="candidates" noValidate onSubmit={(event) => void add(event)}>
      {candidates.length > 1 && (
        <div className="candidates-head">
          <p>{t("add:import.found", { count: candidates.length, source: preview.source })}</p>
          <label className="check">
            <input
              type="checkbox"
              aria-label={t("add:import.all_label")}
              checked={possible.length > 0 && chosen.length === possible.length}
              onChange={(event) =>
                take(
                  possible.map(({ id }) => id),
                  event.target.checked,
                )
              }
            />
            {t("add:import.all")}
          </label>
        </div>
      )}
      <ul className="candidate-list">
        {candidates.map((candidate) => (
          <Candidate
            key={candidate.id}
            candidate={candidate}
            alone={candidates.length === 1}
            format={isMixed ? candidate.format : null}
            taken={!left.has(candidate.id)}
            name={nameOf(candidate)}
            issue={tried || renamed.has(candidate.id) ? issueOf(candidate) : null}
            onTake={takeOne}
            onRename={rename}
          />
        ))}
      </ul>
      {agent !== null && (
        <label className="check with-hint">
          <input
            type="checkbox"
            checked={replace}
            aria-labelledby={`${id}-replace`}
            aria-describedby={`${id}-replace-hint`}
            onChange={(event) => setReplace(event.target.checked)}
          />
          <span>
            <span id={`${id}-replace`}>{t("add:import.replace", { agent })}</span>
            <span id={`${id}-replace-hint`} className="hint">
              {t("add:import.replace_hint")}
            </span>
          </span>
        </label>
      )}
      {tried && chosen.length === 0 && (
        <p className="hint problem" role="alert">
          {t("add:import.none_chosen")}
        </p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div className="buttons foot-buttons">
        {back}
        <Button look="go" submit busy={saving} className="push">
          {goLabel(saving, candidates.length, chosen.length)}
        </Button>
      </div>
    </form>
  );
}

function goLabel(saving: boolean, all: number, chosen: number): string {
  if (saving) return t("add:import.importing");
  return all === 1 ? t("add:add") : t("add:import.go", { count: chosen });
}

/** Not taken unless the person says so: it is there already. */
function isLeft({ same_as: sameAs, error }: ImportCandidate): boolean {
  return sameAs !== null || error !== null;
}

function twice(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}
