/** Add and Edit: a name, and an address or a command. */
import { type FormEvent, useId, useState } from "react";
import type { ErrorObject, ServerInput, ServerStatus } from "../preload/api.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { commandProblem, nameProblem, serverInput, suggestName, urlProblem } from "./form-check.ts";
import { Modal } from "./modal.tsx";
import { useApp } from "./store.ts";

interface Props {
  /** Null: a new one. */
  readonly server: ServerStatus | null;
  readonly names: readonly string[];
}

type Kind = "url" | "command";

export function ServerForm({ server, names }: Props) {
  const open = useApp((state) => state.open);
  const run = useApp((state) => state.run);
  const [kind, setKind] = useState<Kind>(server !== null && server.url === null ? "command" : "url");
  const [name, setName] = useState<string | null>(server?.name ?? null);
  const [url, setUrl] = useState(server?.url ?? "");
  const [command, setCommand] = useState(server?.command ?? "");
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const others = names.filter((other) => other !== server?.name);
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
    const result =
      server === null ? await run("addServer", { name: shownName.trim(), server: input }) : await update(input);
    setSaving(false);
    if (result.ok) close();
    else setError(result.error);
  };

  const update = (input: ServerInput) => {
    const before = kind === "url" ? server?.url : server?.command;
    const current = server?.name ?? shownName;
    const renamed = shownName.trim();
    return run("updateServer", {
      name: current,
      ...(renamed === current ? {} : { new_name: renamed }),
      // What was not touched is not written: the file may hold it with variables and comments.
      ...(address === before ? {} : { server: input }),
    });
  };

  return (
    <Modal title={server === null ? "Add server" : `Edit ${server.name}`} onClose={close}>
      <form noValidate onSubmit={(event) => void save(event)}>
        {server === null && <KindChoice kind={kind} onChange={setKind} />}
        {kind === "url" ? (
          <Field
            label="URL"
            hint="As the server's page gives it, for example https://mcp.example.com/mcp"
            value={url}
            problem={tried || url !== "" ? problems.address : null}
            onChange={setUrl}
            focus={server === null}
            mono
          />
        ) : (
          <Field
            label="Command"
            hint="A server that runs on this computer, for example npx -y @scope/server"
            value={command}
            problem={tried || command !== "" ? problems.address : null}
            onChange={setCommand}
            focus={server === null}
            mono
          />
        )}
        <Field
          label="Name"
          hint="What agents and you call it"
          value={shownName}
          problem={tried || (name ?? "") !== "" ? problems.name : null}
          onChange={setName}
          focus={server !== null}
        />
        {server !== null && shownName.trim() !== server.name && <RenameNote server={server} />}
        {error !== null && <ErrorNotice error={error} />}
        <div className="buttons end">
          <button type="button" className="plain" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="go" aria-disabled={saving}>
            {server === null ? "Add" : "Save"}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** Agents have the name in their own settings, which nobody changes for them here. */
function RenameNote({ server }: { readonly server: ServerStatus }) {
  const { name, agent_names: agents } = server;
  return (
    <div className="card card-need" role="status">
      <p>
        Agents that use the name “{name}” lose this server: change it in their settings, too.
        {agents.length > 0 && ` Connected now: ${agents.join(", ")}.`}
      </p>
    </div>
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
