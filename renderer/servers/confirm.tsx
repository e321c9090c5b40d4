/** Questions before something is lost: each says what. */
import { useState } from "react";
import { hasSeveral } from "../../preload/accounts.ts";
import type { ErrorObject, ServerStatus } from "../../preload/api.ts";
import { isSignedIn, signOutLabel } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
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
        <Button onClick={() => open(null)}>{t("cancel")}</Button>
        <Button look="danger" first busy={busy} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

export function ConfirmRemove({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const parts = [
    t("servers:confirm.remove_text", { server: server.name }),
    ...(isSignedIn(server) ? [t("servers:confirm.remove_signed_in")] : []),
    t("servers:confirm.remove_undo"),
  ];
  return (
    <Confirm
      title={t("servers:confirm.remove_title", { server: server.name })}
      text={parts.join(" ")}
      action={t("remove")}
      run={async () => {
        const result = await run("removeServer", { name: server.name });
        if (!result.ok) return result.error;
        say(t("servers:confirm.removed", { server: server.name }), result.value.undo);
        return null;
      }}
    />
  );
}

export function ConfirmRemoveAccount({ server, account }: { readonly server: ServerStatus; readonly account: string }) {
  const run = useApp((state) => state.run);
  return (
    <Confirm
      title={t("servers:confirm.remove_account_title", { account, server: server.name })}
      text={t("servers:confirm.remove_account_text", { name: `${server.name}@${account}` })}
      action={t("remove")}
      run={async () => {
        const result = await run("removeAccount", { server: server.name, account });
        return result.ok ? null : result.error;
      }}
    />
  );
}

export function ConfirmSignOut({ server, account }: { readonly server: ServerStatus; readonly account: string }) {
  const run = useApp((state) => state.run);
  const users = server.agent_names.length === 0 ? t("servers:confirm.sign_out_agents") : server.agent_names.join(", ");
  return (
    <Confirm
      title={`${signOutLabel(server.name, hasSeveral(server) ? account : null)}?`}
      text={t("servers:confirm.sign_out_text", { agents: users })}
      action={t("action.sign_out")}
      run={async () => {
        const result = await run("signOut", { server: server.name, account });
        return result.ok ? null : result.error;
      }}
    />
  );
}
