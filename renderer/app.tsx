/** The whole screen: side, banners, list, details, dialogs, and what went wrong. */
import type { ErrorObject, Snapshot } from "../preload/api.ts";
import { vaultAdvice, vaultText } from "../preload/text.ts";
import { ConfirmRemove, ConfirmRemoveAccount, ConfirmSignOut } from "./confirm.tsx";
import { CopyButton } from "./copy-button.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { Mark, StateShape } from "./icons.tsx";
import { platform } from "./platform.ts";
import { ServerDetail } from "./server-detail.tsx";
import { ServerForm } from "./server-form.tsx";
import { Servers } from "./servers.tsx";
import { unseenErrors, useApp } from "./store.ts";

export function App() {
  const snapshot = useApp((state) => state.snapshot);
  const lost = useApp((state) => state.lost);
  const selected = useApp((state) => state.selected);
  if (snapshot === null) return <Waiting lost={lost} />;
  const open = snapshot.servers.find((server) => server.name === selected);
  return (
    <div className={open === undefined ? "screen" : "screen with-detail"}>
      <Side snapshot={snapshot} lost={lost} />
      <main>
        <Banners snapshot={snapshot} lost={lost} />
        <Servers servers={snapshot.servers} path={snapshot.config.path} />
      </main>
      {open !== undefined && <ServerDetail server={open} />}
      <Dialogs snapshot={snapshot} />
      <Failures snapshot={snapshot} />
    </div>
  );
}

function Waiting({ lost }: { readonly lost: boolean }) {
  return (
    <main className="waiting">
      <Mark size={52} />
      <p role="status">{lost ? "Gatehouse is not answering. Quit it and start it again." : "Starting…"}</p>
    </main>
  );
}

function Side({ snapshot, lost }: { readonly snapshot: Snapshot; readonly lost: boolean }) {
  const vault = vaultText(snapshot.hub.vault, platform());
  return (
    <div className="side">
      <div className="brand">
        <Mark />
        Gatehouse
      </div>
      <div className="foot" role="status">
        <span className={lost ? "state tone-bad" : "state tone-ok"}>
          <StateShape tone={lost ? "bad" : "ok"} />
          {lost ? "Not answering" : "Running"}
        </span>
        <span className="foot-vault">{vault.label}</span>
        <span className="foot-version">Version {snapshot.hub.version}</span>
      </div>
    </div>
  );
}

function Banners({ snapshot, lost }: { readonly snapshot: Snapshot; readonly lost: boolean }) {
  const advice = vaultAdvice(snapshot.hub.vault);
  const { error, path } = snapshot.config;
  return (
    <>
      {lost && (
        <Banner
          tone="bad"
          title="Gatehouse is not answering"
          text="What you see here may be out of date. Quit it from the tray and start it again."
        />
      )}
      {error !== null && <ConfigBanner error={error} path={path} />}
      {snapshot.hub.approvals_error !== undefined && <ErrorNotice error={snapshot.hub.approvals_error} />}
      {advice !== null && <Banner tone="need" title={vaultText(snapshot.hub.vault, platform()).label} text={advice} />}
    </>
  );
}

function Banner({
  tone,
  title,
  text,
}: {
  readonly tone: "bad" | "need";
  readonly title: string;
  readonly text: string;
}) {
  return (
    <div className={`notice notice-${tone}`} role="alert">
      <div className="notice-head">
        <span className={`tone-${tone}`}>
          <StateShape tone={tone} />
        </span>
        <strong>{title}</strong>
      </div>
      <p>{text}</p>
    </div>
  );
}

function ConfigBanner({ error, path }: { readonly error: ErrorObject; readonly path: string }) {
  return (
    <ErrorNotice error={error}>
      <div className="snippet one-line">
        <code>{path}</code>
        <CopyButton text={path} label="Copy path" />
      </div>
    </ErrorNotice>
  );
}

function Dialogs({ snapshot }: { readonly snapshot: Snapshot }) {
  const dialog = useApp((state) => state.dialog);
  if (dialog === null) return null;
  const names = snapshot.servers.map((server) => server.name);
  if (dialog.kind === "add") return <ServerForm server={null} names={names} />;
  const server = snapshot.servers.find((candidate) => candidate.name === dialog.server);
  if (server === undefined) return null;
  switch (dialog.kind) {
    case "edit":
      return <ServerForm server={server} names={names} />;
    case "remove":
      return <ConfirmRemove server={server} />;
    case "sign_out":
      return <ConfirmSignOut server={server} account={dialog.account} />;
    case "remove_account":
      return <ConfirmRemoveAccount server={server} account={dialog.account} />;
  }
}

function Failures({ snapshot }: { readonly snapshot: Snapshot }) {
  const errors = useApp((state) => state.errors);
  const dismiss = useApp((state) => state.dismiss);
  const unseen = unseenErrors(errors, snapshot.servers);
  if (unseen.length === 0) return null;
  return (
    <div className="failures">
      {unseen.map((error) => (
        <ErrorNotice key={error.correlation_id} error={error} onDismiss={() => dismiss(error.correlation_id)} />
      ))}
    </div>
  );
}
