/** The health check: everything that has to work, and the one thing to do about what does not. */
import { useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { Check } from "../../preload/api-doctor.ts";
import type { Tone } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { StateShape } from "../ui/icons.tsx";
import { Line, Section } from "./section.tsx";

export function HealthSection() {
  const run = useApp((state) => state.run);
  const [checks, setChecks] = useState<readonly Check[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const look = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const result = await run("doctor", {});
    setBusy(false);
    if (result.ok) setChecks(result.value.checks);
    setError(result.ok ? null : result.error);
  };

  const bad = checks?.filter(({ ok }) => ok === false) ?? [];
  const others = checks?.filter(({ ok }) => ok !== false) ?? [];
  return (
    <Section title={t("settings:health")}>
      <Line
        label={checks === null ? t("settings:health_text") : summary(bad.length)}
        hint={checks === null ? undefined : t("settings:health_text")}
      >
        <Button busy={busy} onClick={() => void look()}>
          {label(busy, checks !== null)}
        </Button>
      </Line>
      {busy && <progress className="bar-progress whole" aria-label={t("settings:health_running")} />}
      {error !== null && <ErrorNotice error={error} />}
      {bad.length > 0 && (
        <ul className="checks-list">
          {bad.map((check) => (
            <CheckLine key={keyOf(check)} check={check} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details className="unfold small">
          <summary>{t("settings:health_others", { count: others.length })}</summary>
          <ul className="checks-list">
            {others.map((check) => (
              <CheckLine key={keyOf(check)} check={check} />
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

const keyOf = ({ area, server, id }: Check): string => `${area} ${server} ${id}`;

function summary(bad: number): string {
  return bad === 0 ? t("settings:health_fine") : t("settings:health_bad", { count: bad });
}

function label(busy: boolean, isAgain: boolean): string {
  if (busy) return t("settings:health_running");
  return t(isAgain ? "settings:health_again" : "settings:health_run");
}

function CheckLine({ check }: { readonly check: Check }) {
  const { ok, server, title, detail, fix } = check;
  const state = ok === null ? "skipped" : ok ? "ok" : "failed";
  const tone: Tone = ok === null ? "off" : ok ? "ok" : "bad";
  return (
    <li className="check-line">
      <span className={`tone-${tone}`}>
        <StateShape tone={tone} />
      </span>
      <div>
        <p>
          <span className="unseen">{t(`settings:health_state.${state}`)}: </span>
          <strong lang="en" dir="ltr">
            {server === null ? title : `${server}: ${title}`}
          </strong>
        </p>
        {/* Its words are the same in the terminal: English. */}
        <p className="soft" lang="en" dir="ltr">
          {detail}
        </p>
        {fix !== null && (
          <p className="todo" lang="en" dir="ltr">
            {fix}
          </p>
        )}
      </div>
    </li>
  );
}
