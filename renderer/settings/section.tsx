/** A group of settings under its title, and a line of it: words before, a control behind. */
import { type ReactNode, useId } from "react";

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="settings-card">{children}</div>
    </section>
  );
}

interface LineProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly children?: ReactNode;
}

export function Line({ label, hint, children }: LineProps) {
  return (
    <div className="settings-line">
      <div className="settings-words">
        <span>{label}</span>
        {hint !== undefined && <span className="hint">{hint}</span>}
      </div>
      {children !== undefined && <div className="settings-control">{children}</div>}
    </div>
  );
}

interface SelectLineProps<T extends string> {
  readonly label: string;
  readonly hint?: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string; readonly lang?: string }[];
  readonly onChange: (value: T) => void;
}

export function SelectLine<T extends string>({ label, hint, value, choices, onChange }: SelectLineProps<T>) {
  const id = useId();
  return (
    <div className="settings-line">
      <div className="settings-words">
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && (
          <span id={`${id}-hint`} className="hint">
            {hint}
          </span>
        )}
      </div>
      <div className="settings-control">
        <select
          id={id}
          value={value}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => {
            const chosen = choices.find((choice) => choice.value === event.target.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value} lang={choice.lang}>
              {choice.label}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
