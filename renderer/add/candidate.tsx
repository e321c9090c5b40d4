/** One server that can be taken over: what it is, what it is called here, and what becomes of its members. */
import { memo, useId } from "react";
import type { ImportCandidate } from "../../preload/api-import.ts";
import { t } from "../../preload/words.ts";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { TextField } from "../ui/field.tsx";
import { StateShape } from "../ui/icons.tsx";
import { commandOf, targetOf } from "./describe-entry.ts";

interface Props {
  readonly candidate: ImportCandidate;
  /** There is no other, so there is nothing to choose. */
  readonly alone: boolean;
  readonly taken: boolean;
  /** Whose form it is in, where others are in another one; null: all are alike. */
  readonly format: string | null;
  readonly name: string;
  readonly issue: string | null;
  readonly onTake: (id: string, taken: boolean) => void;
  readonly onRename: (id: string, name: string) => void;
}

/** Of a thousand only the one that is changed is drawn again. */
export const Candidate = memo(function Candidate({
  candidate,
  alone,
  taken,
  format,
  name,
  issue,
  onTake,
  onRename,
}: Props) {
  const id = useId();
  const { error, same_as: sameAs, name_was: nameWas, entry } = candidate;
  const called = nameWas ?? candidate.name;
  const isProgram = commandOf(entry) !== null;
  return (
    <li className={taken ? "candidate" : "candidate left"} aria-label={called}>
      <div className="candidate-head">
        {!alone && (
          <input
            type="checkbox"
            aria-label={t("add:import.take", { name: called })}
            checked={taken && error === null}
            disabled={error !== null}
            onChange={(event) => onTake(candidate.id, event.target.checked)}
          />
        )}
        {alone ? (
          <TextField
            label={t("add:name")}
            hint={t("add:name_hint")}
            value={name}
            issue={issue}
            onChange={(renamed) => onRename(candidate.id, renamed)}
          />
        ) : (
          <input
            type="text"
            className="candidate-name"
            aria-label={t("add:import.name_of", { name: called })}
            aria-invalid={issue !== null}
            aria-describedby={issue === null ? undefined : id}
            disabled={error !== null || !taken}
            value={name}
            spellCheck={false}
            onChange={(event) => onRename(candidate.id, event.target.value)}
          />
        )}
        {format !== null && <span className="chip">{format}</span>}
      </div>
      {!alone && issue !== null && (
        <p id={id} className="hint problem" role="alert">
          {issue}
        </p>
      )}
      <code className="candidate-target">{targetOf(entry)}</code>
      {sameAs !== null && <Note tone="off" text={t("add:import.same_as", { name: sameAs })} />}
      {nameWas !== null && !alone && <Note tone="off" text={t("add:import.was", { name: nameWas })} />}
      {isProgram && candidate.unapproved && <Note tone="need" text={t("add:import.command_text")} />}
      {candidate.warnings.map((warning) => (
        <Note key={warning} tone="need" text={warning} lang="en" />
      ))}
      {error !== null && <ErrorNotice error={error} />}
      <Becomes candidate={candidate} />
    </li>
  );
});

function Becomes({ candidate }: { readonly candidate: ImportCandidate }) {
  const { became, dropped, secrets, entry } = candidate;
  const summary = secrets.length > 0 ? t("add:import.secrets", { count: secrets.length }) : t("add:import.details");
  return (
    <details className="unfold small">
      <summary>{summary}</summary>
      <ul className="becomes-list">
        {secrets.map(({ member, name }) => (
          <li key={`secret ${member}`}>{t("add:import.secret", { member, name })}</li>
        ))}
        {became.map(({ member, became: to }) => (
          <li key={`became ${member}`}>{t("add:import.became", { member, became: to })}</li>
        ))}
        {dropped.map(({ member, why }) => (
          <li key={`dropped ${member}`}>{t("add:import.dropped", { member, why })}</li>
        ))}
      </ul>
      <pre className="snippet whole" dir="ltr">
        <code>{JSON.stringify(entry, null, 2)}</code>
      </pre>
    </details>
  );
}

interface NoteProps {
  readonly tone: "need" | "off";
  readonly text: string;
  /** Of a text that is no translation. */
  readonly lang?: "en";
}

function Note({ tone, text, lang }: NoteProps) {
  return (
    <p className={`note tone-${tone}`}>
      <StateShape tone={tone} />
      <span lang={lang}>{text}</span>
    </p>
  );
}
