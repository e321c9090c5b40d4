/** What narrows the list down. */
import { t } from "../../preload/words.ts";
import { SearchField } from "../ui/field.tsx";
import type { Filter } from "./filter.ts";
import { ROW_KINDS, ROW_OUTCOMES } from "./rows.ts";

interface Props {
  readonly filter: Filter;
  readonly servers: readonly string[];
  readonly agents: readonly string[];
  readonly onChange: (filter: Filter) => void;
}

export function FilterBar({ filter, servers, agents, onChange }: Props) {
  const same = (name: string) => ({ value: name, label: name });
  return (
    <fieldset className="filter">
      <legend className="unseen">{t("activity:filter")}</legend>
      <SearchField
        label={t("activity:search")}
        placeholder={t("activity:search_hint")}
        value={filter.text}
        onChange={(text) => onChange({ ...filter, text })}
      />
      <Pick
        label={t("activity:filter_server")}
        any={t("activity:any_server")}
        choices={servers.map(same)}
        value={filter.server}
        onChange={(server) => onChange({ ...filter, server })}
      />
      <Pick
        label={t("activity:filter_agent")}
        any={t("activity:any_agent")}
        choices={agents.map(same)}
        value={filter.agent}
        onChange={(agent) => onChange({ ...filter, agent })}
      />
      <Pick
        label={t("activity:filter_kind")}
        any={t("activity:any_kind")}
        choices={ROW_KINDS.map((value) => ({ value, label: t(`activity:kind.${value}`) }))}
        value={filter.kind}
        onChange={(kind) => onChange({ ...filter, kind })}
      />
      <Pick
        label={t("activity:filter_outcome")}
        any={t("activity:any_outcome")}
        choices={ROW_OUTCOMES.map((value) => ({ value, label: t(`activity:outcome.${value}`) }))}
        value={filter.outcome}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
    </fieldset>
  );
}

interface PickProps<T extends string> {
  readonly label: string;
  /** What it says when nothing is chosen. */
  readonly any: string;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly value: T | null;
  readonly onChange: (value: T | null) => void;
}

function Pick<T extends string>({ label, any, choices, value, onChange }: PickProps<T>) {
  return (
    <select
      aria-label={label}
      className={value === null ? "pick-any" : undefined}
      value={choices.findIndex((choice) => choice.value === value)}
      onChange={(event) => onChange(choices[Number(event.target.value)]?.value ?? null)}
    >
      <option value={-1}>{any}</option>
      {choices.map((choice, index) => (
        <option key={choice.value} value={index}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}
