/** The one dialog that is open. */
import type { Snapshot } from "../../preload/api.ts";
import { AddServer } from "../add/index.tsx";
import { ConfirmRemove, ConfirmRemoveAccount, ConfirmSignOut } from "../servers/confirm.tsx";
import { useApp } from "../store.ts";
import { Palette } from "./palette.tsx";

export function Dialogs({ snapshot }: { readonly snapshot: Snapshot }) {
  const dialog = useApp((state) => state.dialog);
  if (dialog === null) return null;
  if (dialog.kind === "palette") return <Palette snapshot={snapshot} />;
  if (dialog.kind === "add") return <AddServer opened={dialog} />;
  const server = snapshot.servers.find((candidate) => candidate.name === dialog.server);
  if (server === undefined) return null;
  switch (dialog.kind) {
    case "remove":
      return <ConfirmRemove server={server} />;
    case "sign_out":
      return <ConfirmSignOut server={server} account={dialog.account} />;
    case "remove_account":
      return <ConfirmRemoveAccount server={server} account={dialog.account} />;
  }
}
