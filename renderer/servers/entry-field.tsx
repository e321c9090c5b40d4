/** One member of an entry as a field of its own kind. */
import { useState } from "react";
import type { EntryView } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import {
  type FieldSpec,
  isHidden,
  isReference,
  parsedOf,
  secretName,
  splitProgram,
  typedOf,
  valueAt,
  withValue,
} from "../entry-fields.ts";
import { SelectField, TextField } from "../ui/field.tsx";
import { SwitchLine } from "../ui/switch.tsx";
import { PairsField } from "./pairs-field.tsx";
import type { Change, EntryEdit } from "./use-entry.ts";

interface Props {
  /** Of the server. */
  readonly name: string;
  readonly view: EntryView;
  readonly field: FieldSpec;
  readonly edit: EntryEdit;
}

export function EntryField({ name, view, field, edit }: Props) {
  const { member } = field;
  const words = wordsOf(member);
  const value = valueAt(view.entry, member);
  const save = (next: unknown): void => void edit.save({ entry: withValue(view.entry, member, next) });
  switch (field.kind) {
    case "switch": {
      const preset = field.preset ?? false;
      return (
        <SwitchLine
          {...words}
          on={value === undefined ? preset : value === true}
          onChange={(on) => save(on === preset ? undefined : on)}
        />
      );
    }
    case "choice":
      return <ChoiceField {...words} field={field} value={value} onChange={save} issue={issueAt(edit, member)} />;
    case "pairs":
      return <PairsField {...words} name={name} view={view} member={member} edit={edit} />;
    default:
      return <TypedField name={name} view={view} field={field} edit={edit} />;
  }
}

/** `auth.client_id` is explained under `client_id`, `tools.allow` under `tools_allow`. */
function wordsOf(member: FieldSpec["member"]): { readonly label: string; readonly hint: string } {
  const key = member.replace(/^auth\./, "").replace(".", "_") as Unprefixed<FieldSpec["member"]>;
  return { label: t(`servers:form.member.${key}.label`), hint: t(`servers:form.member.${key}.hint`) };
}

type Unprefixed<M extends string> = M extends `auth.${infer Rest}`
  ? Rest
  : M extends `tools.${infer Rest}`
    ? `tools_${Rest}`
    : M;

const issueAt = (edit: EntryEdit, member: string): string | null =>
  edit.issues.find((issue) => issue.member === member || issue.member.startsWith(`${member}.`))?.message ?? null;

interface ChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly field: FieldSpec;
  readonly value: unknown;
  readonly issue: string | null;
  readonly onChange: (value: unknown) => void;
}

function ChoiceField({ label, hint, field, value, issue, onChange }: ChoiceProps) {
  const [preset = "", ...others] = field.choices ?? [];
  const current = typeof value === "string" ? value : preset;
  // What the file has is there to be seen, also where it is written in another way.
  const values = [preset, ...others, ...(current === preset || others.includes(current) ? [] : [current])];
  return (
    <SelectField
      label={label}
      hint={hint}
      issue={issue}
      member={field.member}
      value={current}
      choices={values.map((choice) => ({ value: choice, label: choiceLabel(choice) }))}
      onChange={(chosen) => onChange(chosen === preset ? undefined : chosen)}
    />
  );
}

const CHOICES = [
  "auto",
  "streamable-http",
  "sse",
  "legacy",
  "2026-07-28",
  "authorization_code",
  "device_code",
  "client_credentials",
  "id_jag",
  "jwt_bearer",
  "none",
] as const;

function choiceLabel(choice: string): string {
  const known = CHOICES.find((one) => one === choice);
  return known === undefined ? choice : t(`servers:form.choice.${known}`);
}

function TypedField({ name, view, field, edit }: Props) {
  const { member, kind } = field;
  const { label, hint } = wordsOf(member);
  const value = valueAt(view.entry, member);
  const hidden = isHidden(value);
  const before = hidden ? "" : typedOf(field, value);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? before;
  const parsed = parsedOf(field, text);
  const isSecret = kind === "secret" && text.trim() !== "" && !isReference(text);

  /** A secret that is typed goes into the vault; the file says where it is. */
  const changeOf = (next: string): Change | null => {
    const result = parsedOf(field, next);
    if (!result.ok) return null;
    if (kind === "secret" && typeof result.value === "string" && !isReference(result.value)) {
      const vaultName = secretName(name, member.split(".").at(-1) ?? member);
      return {
        entry: withValue(view.entry, member, `\${keychain:${vaultName}}`),
        secrets: { [vaultName]: result.value },
      };
    }
    const program = member === "command" ? splitProgram(next) : null;
    if (program !== null)
      return { entry: withValue(withValue(view.entry, "command", program.command), "args", program.args) };
    return { entry: withValue(view.entry, member, result.value) };
  };

  const change = (next: string): void => {
    setTyped(next);
    // What is typed into a field of a secret is not sent around while it is typed.
    const made = kind === "secret" ? null : changeOf(next);
    if (made !== null) edit.check(made);
  };
  const save = async (): Promise<void> => {
    if (typed === null || typed.trim() === before.trim()) return;
    const made = changeOf(typed);
    if (made !== null && (await edit.save(made))) setTyped(null);
  };

  return (
    <TextField
      label={label}
      hint={isSecret ? t("servers:form.to_vault") : hidden ? t("servers:form.hidden_hint") : hint}
      issue={parsed.ok ? issueAt(edit, member) : parsed.problem}
      {...(hidden ? { placeholder: "••••••••" } : {})}
      value={text}
      onChange={change}
      onEnter={() => void save()}
      onLeave={() => void save()}
      {...(kind === "lines" || kind === "json" ? { lines: Math.min(8, Math.max(2, text.split("\n").length)) } : {})}
      mono={kind !== "number"}
      secret={isSecret}
      member={member}
    />
  );
}
