/** Where sign-ins and secrets rest, and how they move. */
import { useState } from "react";
import type { ErrorObject, VaultStatus } from "../../preload/api.ts";
import { vaultAdvice, vaultText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { platform } from "../platform.ts";
import { useApp } from "../store.ts";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Line, Section } from "./section.tsx";

export function VaultSection({ overridden }: { readonly overridden: readonly string[] }) {
  const vault = useApp((state) => state.snapshot?.hub.vault);
  const [moving, setMoving] = useState(false);
  if (vault === undefined) return null;
  const isFixed = overridden.includes("GATEHOUSE_VAULT");
  const to = vault.kind === "keychain" ? "file" : "keychain";
  const advice = vaultAdvice(vault);
  return (
    <Section title={t("settings:secrets_title")}>
      <Line label={t("settings:vault")} hint={isFixed ? t("settings:vault_env") : undefined}>
        <span className="settings-value">{placeOf(vault)}</span>
        {!isFixed && <Button onClick={() => setMoving(true)}>{t(`settings:vault_move_${to}`)}</Button>}
      </Line>
      {advice !== null && <Banner tone="need" title={vaultText(vault, platform()).label} text={advice} />}
      {moving && <MoveDialog to={to} onClose={() => setMoving(false)} />}
    </Section>
  );
}

function placeOf({ kind }: VaultStatus): string {
  if (kind !== "keychain") return t(`settings:vault_${kind}`);
  const system = platform();
  return t(`settings:vault_keychain.${system === "darwin" || system === "win32" ? system : "linux"}`);
}

function MoveDialog({ to, onClose }: { readonly to: "keychain" | "file"; readonly onClose: () => void }) {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const move = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setError(null);
    const result = await run("moveVault", { to });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    const { moved, left } = result.value;
    say(
      [t("settings:moved", { count: moved }), left > 0 ? t("settings:moved_left", { count: left }) : ""]
        .join(" ")
        .trim(),
    );
    onClose();
  };

  return (
    <Dialog title={t("settings:move_title")} onClose={() => !busy && onClose()}>
      <p>{t(`settings:move_to_${to}`)}</p>
      {busy && <progress className="bar-progress" aria-label={t("settings:moving")} />}
      {error !== null && <ErrorNotice error={error} />}
      <div className="buttons end">
        <Button disabled={busy} onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button look="go" first busy={busy} onClick={() => void move()}>
          {t(busy ? "settings:moving" : "settings:move")}
        </Button>
      </div>
    </Dialog>
  );
}
