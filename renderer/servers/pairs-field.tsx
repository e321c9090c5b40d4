/** Headers and variables: a name and a value a line. Values that look like secrets go into the vault. */
import { useId, useState } from "react";
import type { EntryView } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { isHidden, isReference, namesSecret, secretName, valueAt, withValue } from "../entry-fields.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { PlusIcon, RemoveIcon } from "../ui/icons.tsx";
import type { Change, EntryEdit } from "./use-entry.ts";

interface Props {
  readonly label: string;
  readonly hint: string;
  /** Of the server. */
  readonly name: string;
  readonly view: EntryView;
  readonly member: string;
  readonly edit: EntryEdit;
}

interface Pair {
  readonly name: string;
  readonly value: string;
}

export function PairsField({ label, hint, name: server, view, member, edit }: Props) {
  const id = useId();
  const saved = pairsOf(valueAt(view.entry, member));
  const [typed, setTyped] = useState<readonly Pair[] | null>(null);
  const pairs = typed ?? saved;
  const issue = edit.issues.find((one) => one.member === member || one.member.startsWith(`${member}.`))?.message;

  const changeOf = (next: readonly Pair[]): Change => {
    const secrets: [string, string][] = [];
    const values = next
      .filter((pair) => pair.name.trim() !== "")
      .map(({ name, value }): [string, string] => {
        if (!namesSecret(name) || value === "" || isReference(value)) return [name.trim(), value];
        const vaultName = secretName(server, name);
        secrets.push([vaultName, value]);
        return [name.trim(), `\${keychain:${vaultName}}`];
      });
    return {
      entry: withValue(view.entry, member, values.length === 0 ? undefined : Object.fromEntries(values)),
      ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
    };
  };
  const save = async (next: readonly Pair[]): Promise<void> => {
    if (JSON.stringify(next) !== JSON.stringify(saved) && (await edit.save(changeOf(next)))) setTyped(null);
  };
  const put = (index: number, pair: Pair): void => setTyped(pairs.map((one, at) => (at === index ? pair : one)));
  const goesToVault = pairs.some((pair) => namesSecret(pair.name) && pair.value !== "" && !isReference(pair.value));

  return (
    <fieldset
      className="pairs"
      aria-describedby={`${id}-hint`}
      onBlur={(event) => {
        // Between its own fields nothing is finished yet.
        if (!event.currentTarget.contains(event.relatedTarget)) void save(pairs);
      }}
    >
      <legend>{label}</legend>
      {pairs.map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place while its name is typed
        <div key={index} className="pair" dir="ltr">
          <input
            type="text"
            className="mono"
            aria-label={t("servers:form.line_name_of", { list: label })}
            placeholder={t("servers:form.line_name")}
            spellCheck={false}
            value={pair.name}
            onChange={(event) => put(index, { ...pair, name: event.target.value })}
            onKeyDown={(event) => event.key === "Enter" && void save(pairs)}
          />
          <input
            type={namesSecret(pair.name) && !isReference(pair.value) ? "password" : "text"}
            className="mono"
            aria-label={t("servers:form.line_value_of", { list: label, name: pair.name })}
            placeholder={isHidden(pair.value) ? "••••••••" : t("servers:form.line_value")}
            spellCheck={false}
            value={isHidden(pair.value) ? "" : pair.value}
            onChange={(event) => put(index, { ...pair, value: event.target.value })}
            onKeyDown={(event) => event.key === "Enter" && void save(pairs)}
          />
          <IconButton
            label={t("servers:form.remove_line", { name: pair.name })}
            icon={<RemoveIcon />}
            onClick={() => {
              const next = pairs.filter((_, at) => at !== index);
              setTyped(next);
              void save(next);
            }}
          />
        </div>
      ))}
      <Button look="link" icon={<PlusIcon />} onClick={() => setTyped([...pairs, { name: "", value: "" }])}>
        {t("servers:form.add_line")}
      </Button>
      <p id={`${id}-hint`} className={issue === undefined ? "hint" : "hint problem"} aria-live="polite">
        {issue ?? (goesToVault ? t("servers:form.to_vault") : hint)}
      </p>
    </fieldset>
  );
}

function pairsOf(value: unknown): readonly Pair[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([name, one]) => ({ name, value: String(one) }));
}
