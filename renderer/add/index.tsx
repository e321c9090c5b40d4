/** Add: a name, and an address or a command. */
import { type FormEvent, useId, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { t } from "../../preload/words.ts";
import { commandProblem, nameProblem, serverInput, suggestName, urlProblem } from "../form-check.ts";
import { useApp } from "../store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";

type Kind = "url" | "command";

export function AddServer() {
  const open = useApp((state) => state.open);
  const run = useApp((state) => state.run);
  const servers = useApp((state) => state.snapshot?.servers);
  const [kind, setKind] = useState<Kind>("url");
  const [name, setName] = useState<string | null>(null);
  const [url, setUrl] = useState("");
  const [command, setCommand] = useState("");
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const others = servers?.map((other) => other.name) ?? [];
  const shownName = name ?? (kind === "url" ? suggestName(url, others) : "");
  const address = kind === "url" ? url : command;
  const problems = {
    name: nameProblem(shownName, others),
    address: kind === "url" ? urlProblem(url) : commandProblem(command),
  };
  const close = (): void => open(null);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    const input = serverInput(kind, address);
    if (saving || problems.name !== null || problems.address !== null || input === null) return;
    setSaving(true);
    const result = await run("addServer", { name: shownName.trim(), server: input });
    setSaving(false);
    if (result.ok) close();
    else setError(result.error);
  };

  return (
    <Dialog title={t("add_server")} onClose={close}>
      <form noValidate onSubmit={(event) => void save(event)}>
        <KindChoice kind={kind} onChange={setKind} />
        {kind === "url" ? (
          <Field
            label="URL"
            hint="As the server's page gives it, for example https://mcp.example.com/mcp"
            value={url}
            problem={tried || url !== "" ? problems.address : null}
            onChange={setUrl}
            focus
            mono
          />
        ) : (
          <Field
            label="Command"
            hint="A server that runs on this computer, for example npx -y @scope/server"
            value={command}
            problem={tried || command !== "" ? problems.address : null}
            onChange={setCommand}
            focus
            mono
          />
        )}
        <Field
          label="Name"
          hint="What agents and you call it"
          value={shownName}
          problem={tried || (name ?? "") !== "" ? problems.name : null}
          onChange={setName}
          focus={false}
        />
        {error !== null && <ErrorNotice error={error} />}
        <div className="buttons end">
          <button type="button" className="plain" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="go" aria-disabled={saving}>
            Add
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function KindChoice({ kind, onChange }: { readonly kind: Kind; readonly onChange: (kind: Kind) => void }) {
  const id = useId();
  const choices = [
    { value: "url", label: "On the web" },
    { value: "command", label: "On this computer" },
  ] as const;
  return (
    <fieldset className="segments">
      <legend className="unseen">Where the server is</legend>
      {choices.map(({ value, label }) => (
        <label key={value} className={kind === value ? "on" : undefined}>
          <input type="radio" name={id} value={value} checked={kind === value} onChange={() => onChange(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly problem: string | null;
  readonly onChange: (value: string) => void;
  /** Has the focus when the dialog opens. */
  readonly focus: boolean;
  readonly mono?: boolean;
}

function Field({ label, hint, value, problem, onChange, focus, mono = false }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={mono ? "mono" : undefined}
        type="text"
        value={value}
        data-first={focus ? "" : undefined}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className={problem === null ? "hint" : "hint problem"} aria-live="polite">
        {problem ?? hint}
      </p>
    </div>
  );
}
