/** What has happened with one server, live: sign-ins and refreshes step by step, and agents' calls. */
import type { ActivityRecord, ActivityStep, ServerStatus } from "../../preload/api.ts";
import type { CallRecord } from "../../preload/api-activity.ts";
import { activityText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { durationText, sizeText, stepResult } from "../describe-activity.ts";
import { useApp } from "../store.ts";
import { clockTime, momentOf, pastTime, useNow } from "../time.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { StateShape } from "../ui/icons.tsx";
import { useLive } from "./use-live.ts";

const RECORDS = 30;
const CALLS = 100;

export function ActivityTab({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const { name } = server;
  const records = useLive({
    event: "records",
    server: name,
    limit: RECORDS,
    keyOf: (record) => record.request_id,
    timeOf: (record) => record.ended_at,
    load: async () => {
      const result = await run("activity", { server: name, limit: RECORDS });
      return result.ok ? { ok: true, value: result.value.records ?? [] } : result;
    },
  });
  const calls = useLive({
    event: "calls",
    server: name,
    limit: CALLS,
    keyOf: (call) => call.id,
    timeOf: (call) => call.started_at,
    load: async () => {
      const result = await run("calls", { server: name, limit: CALLS });
      return result.ok ? { ok: true, value: result.value.calls ?? [] } : result;
    },
  });
  if (records === null || calls === null) {
    return (
      <p className="soft" role="status">
        {t("loading")}
      </p>
    );
  }
  if (records.length + calls.length === 0) return <p className="soft">{t("servers:activity.none")}</p>;
  return (
    <>
      {records.length > 0 && (
        <section className="card" aria-label={t("servers:activity.records")}>
          <strong>{t("servers:activity.records")}</strong>
          {records.map((record) => (
            <Entry key={record.request_id} record={record} />
          ))}
        </section>
      )}
      <section className="card" aria-label={t("servers:activity.calls")}>
        <strong>{t("servers:activity.calls")}</strong>
        {calls.length === 0 && <p className="soft">{t("servers:activity.calls_none")}</p>}
        {calls.map((call) => (
          <Call key={call.id} call={call} />
        ))}
      </section>
    </>
  );
}

function Entry({ record }: { readonly record: ActivityRecord }) {
  const now = useNow();
  const { label, tone } = activityText(record);
  return (
    <details className="entry">
      <summary>
        <span className={`tone-${tone}`}>
          <StateShape tone={tone} />
        </span>
        <span className="entry-label">
          {record.account === "default" ? label : t("servers:activity.as", { label, account: record.account })}
        </span>
        <time className="soft" dateTime={record.ended_at} title={momentOf(record.ended_at)}>
          {pastTime(record.ended_at, now)}
        </time>
      </summary>
      <ol className="steps" lang="en" dir="ltr">
        {record.steps.map((step) => (
          <Step key={`${step.started_at} ${step.name} ${step.url}`} step={step} />
        ))}
      </ol>
      <div className="ids">
        {record.code !== null && <code>{record.code}</code>}
        <code className="id">{record.request_id}</code>
        <CopyButton text={JSON.stringify(record, null, 2)} label={t("servers:activity.copy_record")} />
      </div>
    </details>
  );
}

function Step({ step }: { readonly step: ActivityStep }) {
  const facts = [
    stepResult(step),
    durationText(step.ms),
    step.times > 1 ? t("servers:activity.times", { count: step.times }) : null,
  ];
  return (
    <li>
      <span className="step-name">{step.name}</span>
      <span className="soft">{facts.filter(Boolean).join(", ")}</span>
      {step.url !== null && (
        <code className="url">
          {step.method} {step.url}
        </code>
      )}
    </li>
  );
}

const TONES = { done: "ok", failed: "bad", cancelled: "off", blocked: "need" } as const;

function Call({ call }: { readonly call: CallRecord }) {
  const tone = TONES[call.outcome];
  return (
    <div className="call">
      <span className={`tone-${tone}`} title={t(`servers:activity.outcome.${call.outcome}`)}>
        <StateShape tone={tone} />
        <span className="unseen">{t(`servers:activity.outcome.${call.outcome}`)}</span>
      </span>
      <code className="call-what" dir="ltr">
        {call.target ?? call.method}
      </code>
      <span className="soft" translate="no">
        {call.agent}
      </span>
      <span className="soft">{durationText(call.ms)}</span>
      <data className="soft" value={call.response_bytes}>
        {sizeText(call.response_bytes)}
      </data>
      <time className="soft" dateTime={call.started_at} title={momentOf(call.started_at)}>
        {clockTime(call.started_at)}
      </time>
    </div>
  );
}
