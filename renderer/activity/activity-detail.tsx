/** All that is known of one row. */
import type { ActivityStep } from "../../preload/api.ts";
import { errorHeadline } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { durationText, sizeText, stepResult } from "../describe-activity.ts";
import { useApp } from "../store.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Fact, Url } from "../ui/facts.tsx";
import { CloseIcon, StateShape } from "../ui/icons.tsx";
import { moment, toneOf, whatOf } from "./describe-row.ts";
import type { CallRow, Row, SignInRow } from "./rows.ts";

export function ActivityDetail({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const select = useApp((state) => state.select);
  const isThere = useApp((state) => state.snapshot?.servers.some(({ name }) => name === row.server) ?? false);
  return (
    <aside className="activity-detail" aria-label={t("activity:details")}>
      <div className="activity-detail-head">
        <h2 translate={row.kind === "call" ? "no" : undefined}>{whatOf(row)}</h2>
        <IconButton label={t("activity:close_details")} icon={<CloseIcon />} onClick={onClose} />
      </div>
      <p className={`state tone-${toneOf(row)}`}>
        <StateShape tone={toneOf(row)} />
        {row.kind !== "call" && row.record.code !== null
          ? errorHeadline(row.record.code)
          : t(`activity:outcome.${row.outcome}`)}
      </p>
      <dl>
        <Fact term={t("activity:when")}>
          <time>{moment(row.at)}</time>
        </Fact>
        <Fact term={t("activity:server")}>
          {isThere ? (
            <Button
              look="link"
              name={t("activity:show_server", { server: row.server })}
              onClick={() => select(row.server)}
            >
              <span translate="no">{row.server}</span>
            </Button>
          ) : (
            <span translate="no">{row.server}</span>
          )}
        </Fact>
        {row.account !== "default" && (
          <Fact term={t("activity:account")}>
            <span translate="no">{row.account}</span>
          </Fact>
        )}
        {row.kind === "call" && <CallFacts row={row} />}
        <Fact term={t("activity:took")}>{durationText(row.ms)}</Fact>
        {row.kind === "call" && (
          <>
            <Fact term={t("activity:sent")}>
              <data value={row.call.request_bytes}>{sizeText(row.call.request_bytes)}</data>
            </Fact>
            <Fact term={t("activity:received")}>
              <data value={row.call.response_bytes}>{sizeText(row.call.response_bytes)}</data>
            </Fact>
          </>
        )}
        {row.code !== null && (
          <Fact term={t("activity:code")}>
            <code>{row.code}</code>
          </Fact>
        )}
      </dl>
      {row.kind === "call" ? <Arguments row={row} /> : <Steps row={row} />}
    </aside>
  );
}

function CallFacts({ row: { call } }: { readonly row: CallRow }) {
  return (
    <>
      <Fact term={t("activity:agent")}>
        {call.agent === null ? t("activity:agent_unknown") : <span translate="no">{call.agent}</span>}
      </Fact>
      <Fact term={t("activity:method")}>
        <code>{call.method}</code>
      </Fact>
      {call.target !== null && (
        <Fact term={t("activity:target")}>
          <code className="url">{call.target}</code>
        </Fact>
      )}
    </>
  );
}

/** What the agent sent, where a person has switched that on; else where that is done. */
function Arguments({ row: { call } }: { readonly row: CallRow }) {
  const go = useApp((state) => state.go);
  const isOn = useApp((state) => state.snapshot?.settings.record_arguments ?? false);
  if (call.arguments !== undefined)
    return (
      <section aria-label={t("activity:arguments")}>
        <p className="soft">{t("activity:arguments")}</p>
        <CodeText text={readable(call.arguments)} label={t("activity:copy_arguments")} block />
      </section>
    );
  if (isOn) return <p className="soft">{t("activity:arguments_were_off")}</p>;
  return (
    <p className="soft">
      {t("activity:arguments_off")}{" "}
      <Button look="link" onClick={() => go("settings")}>
        {t("activity:arguments_setting")}
      </Button>
    </p>
  );
}

/** In lines where it is whole JSON; it may have been cut. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Steps({ row: { record } }: { readonly row: SignInRow }) {
  return (
    <section aria-label={t("activity:steps")}>
      <p className="soft">{t("activity:steps")}</p>
      <ol className="steps">
        {record.steps.map((step) => (
          <Step key={`${step.started_at} ${step.name} ${step.url}`} step={step} />
        ))}
      </ol>
      <div className="ids">
        <code className="id">{record.request_id}</code>
        <CopyButton text={JSON.stringify(record, null, 2)} label={t("activity:copy")} />
      </div>
    </section>
  );
}

function Step({ step }: { readonly step: ActivityStep }) {
  const times = step.times > 1 ? t("activity:times", { count: step.times }) : null;
  return (
    <li>
      <span className="step-name" lang="en">
        {step.name}
      </span>
      <span className="soft" translate="no">
        {[stepResult(step), durationText(step.ms), times].filter(Boolean).join(", ")}
      </span>
      {step.url !== null && (
        <code className="url" dir="ltr">
          {step.method} <Url text={step.url} />
        </code>
      )}
    </li>
  );
}
