/** The latest sign-ins and refreshes of a server, each with its steps to unfold. */
import { useEffect, useState } from "react";
import type { ActivityRecord, ActivityStep, ServerStatus } from "../../preload/api.ts";
import { activityText } from "../../preload/text.ts";
import { duration, stepResult } from "../describe-activity.ts";
import { useApp } from "../store.ts";
import { relativeTime, useNow } from "../time.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { StateShape } from "../ui/icons.tsx";

const SHOWN = 5;

export function ActivityCard({ server }: { readonly server: ServerStatus }) {
  const records = useRecords(server);
  if (records.length === 0) return null;
  return (
    <section className="card" aria-label="Activity">
      <strong>Activity</strong>
      {records.map((record) => (
        <Entry key={record.request_id} record={record} />
      ))}
    </section>
  );
}

/** Asked for again whenever the snapshot tells of something that may have added one. */
function useRecords(server: ServerStatus): readonly ActivityRecord[] {
  const run = useApp((state) => state.run);
  const [records, setRecords] = useState<readonly ActivityRecord[]>([]);
  const { name, type, error, sign_in: signIn, accounts } = server;
  const ends = accounts.map(({ state, expires_at }) => `${state} ${expires_at}`).join();
  const isOver = signIn === null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the snapshot shows of an end is the reason to ask
  useEffect(() => {
    let isCurrent = true;
    if (type === "stdio") setRecords([]);
    else {
      void run("activity", { server: name, limit: SHOWN }).then((result) => {
        if (isCurrent) setRecords(result.ok ? result.value.records : []);
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [run, name, type, error?.correlation_id, isOver, ends]);
  return records;
}

function Entry({ record }: { readonly record: ActivityRecord }) {
  const now = useNow();
  const { label, tone } = activityText(record);
  const account = record.account === "default" ? "" : ` as ${record.account}`;
  return (
    <details className="entry">
      <summary>
        <span className={`tone-${tone}`}>
          <StateShape tone={tone} />
        </span>
        <span className="entry-label">
          {label}
          {account}
        </span>
        <span className="soft">{relativeTime(record.ended_at, Math.max(now, Date.parse(record.ended_at)))}</span>
      </summary>
      <ol className="steps">
        {record.steps.map((step) => (
          <Step key={`${step.started_at} ${step.name} ${step.url}`} step={step} />
        ))}
      </ol>
      <div className="ids">
        {record.code !== null && <code>{record.code}</code>}
        <code className="id">{record.request_id}</code>
        <CopyButton text={JSON.stringify(record, null, 2)} label="Copy this record" />
      </div>
    </details>
  );
}

function Step({ step }: { readonly step: ActivityStep }) {
  return (
    <li>
      <span className="step-name">{step.name}</span>
      <span className="soft">
        {[stepResult(step), duration(step.ms), step.times > 1 ? `${step.times} times` : null]
          .filter(Boolean)
          .join(", ")}
      </span>
      {step.url !== null && (
        <code className="url">
          {step.method} {step.url}
        </code>
      )}
    </li>
  );
}
