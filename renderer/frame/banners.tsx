/** What concerns the whole window, above every screen. */
import type { Snapshot } from "../../preload/api.ts";
import { vaultAdvice, vaultText } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { platform } from "../platform.ts";
import { pendingKey, useApp } from "../store.ts";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";

export function Banners({ snapshot, lost }: { readonly snapshot: Snapshot; readonly lost: boolean }) {
  const tray = useApp((state) => state.shell?.tray ?? true);
  const advice = vaultAdvice(snapshot.hub.vault);
  const { error, path } = snapshot.config;
  return (
    <>
      {lost && <Banner tone="bad" title={t("hub.lost_title")} text={t("hub.lost_text")} alert />}
      {snapshot.paused && <Paused />}
      {error !== null && (
        <ErrorNotice error={error}>
          <CodeText text={path} label={t("copy_path")} />
        </ErrorNotice>
      )}
      {snapshot.hub.approvals_error !== undefined && <ErrorNotice error={snapshot.hub.approvals_error} />}
      {advice !== null && (
        <Banner tone="need" title={vaultText(snapshot.hub.vault, platform()).label} text={advice} alert />
      )}
      {!tray && <Banner tone="off" title={t("hub.no_tray_title")} text={t("hub.no_tray_text")} />}
    </>
  );
}

function Paused() {
  const run = useApp((state) => state.run);
  const busy = useApp((state) => state.pending.has(pendingKey("pauseAll", {})));
  const resume = (
    <Button busy={busy} onClick={() => void run("pauseAll", { paused: false })}>
      {t("hub.resume")}
    </Button>
  );
  return <Banner tone="need" title={t("hub.paused_title")} text={t("hub.paused_text")} action={resume} />;
}
