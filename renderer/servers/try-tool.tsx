/** A form made of a tool's own schema, and what the tool answers. */
import { type FormEvent, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { ListedTool } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { durationText } from "../describe-activity.ts";
import { argumentsOf, fieldsOf, parseJson, resultParts, type SchemaField, saysFailed } from "../schema-form.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { SelectField, TextField } from "../ui/field.tsx";

interface Answered {
  readonly ms: number;
  readonly result: unknown;
}

export function TryTool({ server, tool }: { readonly server: string; readonly tool: ListedTool }) {
  const run = useApp((state) => state.run);
  const fields = fieldsOf(tool.input_schema);
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(new Map());
  const [json, setJson] = useState("{}");
  const [issues, setIssues] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answered | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);

  const call = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const given = fields === null ? fromJson(json) : argumentsOf(fields, typed);
    setIssues(given.issues);
    if (busy || given.issues.size > 0) return;
    setBusy(true);
    const result = await run("tryTool", { server, tool: tool.name, arguments: given.value });
    setBusy(false);
    setAnswer(result.ok ? result.value : null);
    setError(result.ok ? null : result.error);
  };

  return (
    <form
      className="try"
      noValidate
      aria-label={t("servers:contents.try_named", { tool: tool.name })}
      onSubmit={(event) => void call(event)}
    >
      {fields === null ? (
        <TextField
          label={t("servers:contents.as_json")}
          value={json}
          onChange={setJson}
          issue={issues.get("") ?? null}
          lines={5}
          mono
        />
      ) : fields.length === 0 ? (
        <p className="soft">{t("servers:contents.no_arguments")}</p>
      ) : (
        fields.map((field) => (
          <ArgumentField
            key={field.name}
            field={field}
            value={typed.get(field.name) ?? field.preset}
            issue={issues.get(field.name) ?? null}
            onChange={(value) => setTyped(new Map(typed).set(field.name, value))}
          />
        ))
      )}
      <div className="buttons">
        <Button look={tool.destructive ? "danger" : "go"} submit busy={busy}>
          {busy
            ? t("servers:contents.running")
            : t(tool.destructive ? "servers:contents.run_destructive" : "servers:contents.run")}
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {answer !== null && <Answer answer={answer} />}
    </form>
  );
}

function fromJson(text: string): ReturnType<typeof argumentsOf> {
  try {
    const value = parseJson(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown>, issues: new Map() };
    return { value: {}, issues: new Map([["", t("servers:contents.not_object")]]) };
  } catch (problem) {
    return { value: {}, issues: new Map([["", problem instanceof Error ? problem.message : String(problem)]]) };
  }
}

interface ArgumentProps {
  readonly field: SchemaField;
  readonly value: string;
  readonly issue: string | null;
  readonly onChange: (value: string) => void;
}

/** Label and hint are the server's own words. */
function ArgumentField({ field, value, issue, onChange }: ArgumentProps) {
  const shared = {
    label: field.title,
    foreign: true,
    ...(field.description === null ? {} : { hint: <span translate="no">{field.description}</span> }),
    issue,
    aside: field.required ? t("servers:contents.required") : null,
    value,
    onChange,
  };
  const unset = { value: "", label: t("servers:contents.not_set") };
  switch (field.kind) {
    case "boolean":
      return (
        <SelectField
          {...shared}
          choices={[
            unset,
            { value: "true", label: t("servers:form.yes") },
            { value: "false", label: t("servers:form.no") },
          ]}
        />
      );
    case "choice":
      return (
        <SelectField
          {...shared}
          choices={[unset, ...field.choices.map((label, index) => ({ value: String(index), label }))]}
        />
      );
    case "list":
      return <TextField {...shared} lines={3} placeholder={t("servers:contents.one_per_line")} />;
    case "json":
      return <TextField {...shared} lines={3} mono placeholder="{ }" />;
    default:
      return <TextField {...shared} />;
  }
}

function Answer({ answer }: { readonly answer: Answered }) {
  const { ms, result } = answer;
  const failed = saysFailed(result);
  return (
    <section className="answer" aria-label={t("servers:contents.result")}>
      <div className="card-head">
        <strong className={failed ? "tone-bad" : undefined}>
          {failed ? t("servers:contents.failed") : t("servers:contents.took", { time: durationText(ms) })}
        </strong>
        <CopyButton text={JSON.stringify(result, null, 2)} label={t("servers:contents.copy_result")} />
      </div>
      {resultParts(result).map((part, index) =>
        part.kind === "picture" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one answer never move
          <img key={index} src={part.url} alt={t("servers:contents.picture", { type: part.type })} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one answer never move
          <pre key={index} className="snippet whole" dir="auto" translate="no">
            {part.text}
          </pre>
        ),
      )}
    </section>
  );
}
