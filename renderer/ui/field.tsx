/** Fields of forms: a label, a control, and below it the hint, or the issue that takes the hint's place. */
import { type KeyboardEvent, type ReactNode, useId } from "react";
import { SearchIcon } from "./icons.tsx";

/** What a control needs to belong to its label and its issue. */
export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with it; null: nothing. */
  readonly issue?: string | null;
  /** The label is somebody else's word, not ours. */
  readonly foreign?: boolean;
  /** A short word beside the label, such as a unit. */
  readonly aside?: ReactNode;
  readonly children: (control: ControlProps) => ReactNode;
}

function Field({ label, hint, issue = null, aside, foreign = false, children }: FieldProps) {
  const id = useId();
  const says = issue ?? hint;
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id} translate={foreign ? "no" : undefined}>
          {label}
        </label>
        {aside !== undefined && aside !== null && <span>{aside}</span>}
      </div>
      {children({
        id,
        "aria-describedby": says === undefined ? undefined : `${id}-hint`,
        "aria-invalid": issue !== null,
      })}
      <p id={`${id}-hint`} className={issue === null ? "hint" : "hint problem"} aria-live="polite">
        {says}
      </p>
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, "children"> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** On Enter; Ctrl+Enter where Enter is a line. */
  readonly onEnter?: () => void;
  /** When the focus leaves it. */
  readonly onLeave?: () => void;
  readonly placeholder?: string;
  /** Addresses, commands, JSON: in a type of fixed width, from left to right. */
  readonly mono?: boolean;
  /** Lines, for a text of several. */
  readonly lines?: number;
  /** What is typed is not shown. */
  readonly secret?: boolean;
  /** Has the focus when its dialog opens. */
  readonly first?: boolean;
  readonly member?: string;
}

export function TextField({ value, onChange, onEnter, onLeave, lines, mono = false, ...rest }: TextFieldProps) {
  const commitOnEnter = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (lines === undefined || event.ctrlKey || event.metaKey)) onEnter?.();
  };
  const shared = {
    className: mono ? "mono" : undefined,
    dir: mono ? "ltr" : undefined,
    value,
    placeholder: rest.placeholder,
    "data-first": rest.first ? "" : undefined,
    "data-member": rest.member,
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    onBlur: onLeave,
    onKeyDown: commitOnEnter,
  };
  return (
    <Field
      label={rest.label}
      hint={rest.hint}
      issue={rest.issue ?? null}
      aside={rest.aside}
      foreign={rest.foreign ?? false}
    >
      {(control) =>
        lines === undefined ? (
          <input
            {...shared}
            {...control}
            type={rest.secret ? "password" : "text"}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <textarea {...shared} {...control} rows={lines} onChange={(event) => onChange(event.target.value)} />
        )
      }
    </Field>
  );
}

interface SelectFieldProps<T extends string> extends Omit<FieldProps, "children"> {
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly member?: string;
}

export function SelectField<T extends string>({ value, choices, onChange, member, ...rest }: SelectFieldProps<T>) {
  return (
    <Field {...rest}>
      {(control) => (
        <select
          {...control}
          value={value}
          data-member={member}
          onChange={(event) => {
            const chosen = choices.find((choice) => choice.value === event.target.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}

/** Without a visible label: its place and the magnifying glass say what it is. */
export function SearchField({ label, value, onChange, placeholder }: SearchFieldProps) {
  return (
    <label className="search">
      <SearchIcon size={16} />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder ?? label}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
