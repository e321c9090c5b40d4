/** On or off, at once. */
interface Props {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly busy?: boolean;
  readonly describedBy?: string | undefined;
}

export function Switch({ label, on, onChange, busy = false, describedBy }: Props) {
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={on}
      aria-label={label}
      aria-describedby={describedBy}
      aria-disabled={busy || undefined}
      onClick={() => {
        if (!busy) onChange(!on);
      }}
    />
  );
}

/** A switch with its words before it, as a line of settings. */
export function SwitchLine({ hint, ...rest }: Props & { readonly hint?: string }) {
  return (
    <div className="switch-line">
      <span className="switch-words">
        <span aria-hidden="true">{rest.label}</span>
        {hint !== undefined && <span className="hint">{hint}</span>}
      </span>
      <Switch {...rest} />
    </div>
  );
}
