/** Questions before something is lost: each says what. */
import { useState } from "react";
import { hasSeveral } from "../../preload/accounts.ts";
import type { ErrorObject, ServerStatus } from "../../preload/api.ts";
import { isSignedIn, signOutLabel } from "../../preload/text.ts";
import { useApp } from "../store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly run: () => Promise<ErrorObject | null>;
}

function Confirm({ title, text, action, run }: ConfirmProps) {
  const open = useApp((state) => state.open);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const confirm = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const failed = await run();
    setBusy(false);
    if (failed === null) open(null);
    else setError(failed);
  };

  return (
    <Dialog title={title} onClose={() => open(null)}>
      <p>{text}</p>
      {error !== null && <ErrorNotice error={error} />}
      <div className="buttons end">
        <button type="button" className="plain" onClick={() => open(null)}>
          Cancel
        </button>
        <button type="button" className="danger" data-first="" aria-disabled={busy} onClick={() => void confirm()}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}

export function ConfirmRemove({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const parts = [
    `Agents can no longer use ${server.name} through Gatehouse, and its entry leaves servers.json.`,
    ...(isSignedIn(server) ? ["You are signed out of it first."] : []),
    "Its settings are not kept.",
  ];
  return (
    <Confirm
      title={`Remove ${server.name}?`}
      text={parts.join(" ")}
      action="Remove"
      run={async () => {
        const result = await run("removeServer", { name: server.name });
        return result.ok ? null : result.error;
      }}
    />
  );
}

export function ConfirmRemoveAccount({ server, account }: { readonly server: ServerStatus; readonly account: string }) {
  const run = useApp((state) => state.run);
  return (
    <Confirm
      title={`Remove ${account} from ${server.name}?`}
      text={`You are signed out of it, and agents that ask for ${server.name}@${account} need you to sign in again.`}
      action="Remove"
      run={async () => {
        const result = await run("removeAccount", { server: server.name, account });
        return result.ok ? null : result.error;
      }}
    />
  );
}

export function ConfirmSignOut({ server, account }: { readonly server: ServerStatus; readonly account: string }) {
  const run = useApp((state) => state.run);
  const users = server.agent_names.length === 0 ? "Agents" : server.agent_names.join(", ");
  return (
    <Confirm
      title={`${signOutLabel(server.name, hasSeveral(server) ? account : null)}?`}
      text={`${users} can no longer use its tools until you sign in again. The sign-in leaves your keychain and is withdrawn at the server where it allows that.`}
      action="Sign out"
      run={async () => {
        const result = await run("signOut", { server: server.name, account });
        return result.ok ? null : result.error;
      }}
    />
  );
}
