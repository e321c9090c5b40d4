/** Starting over, in two steps: what is lost is read before the button can be pressed. */
import { useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { isSignedIn } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Line, Section } from "./section.tsx";

type What = "sign_ins" | "everything";
const WHATS: readonly What[] = ["sign_ins", "everything"];

export function ResetSection() {
  const [what, setWhat] = useState<What | null>(null);
  return (
    <Section title={t("settings:reset")}>
      {WHATS.map((one) => (
        <Line key={one} label={t(`settings:reset_${one}`)} hint={t(`settings:reset_${one}_hint`)}>
          <Button className="warn" name={t(`settings:reset_${one}_open`)} onClick={() => setWhat(one)}>
            {t(one === "sign_ins" ? "settings:reset_sign_out" : "settings:reset_go")}
          </Button>
        </Line>
      ))}
      {what !== null && <ResetDialog what={what} onClose={() => setWhat(null)} />}
    </Section>
  );
}

function ResetDialog({ what, onClose }: { readonly what: What; readonly onClose: () => void }) {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly ErrorObject[]>([]);

  const reset = async (): Promise<void> => {
    if (busy || !sure) return;
    setBusy(true);
    const result = await run("reset", { what });
    setBusy(false);
    if (!result.ok) return setErrors([result.error]);
    const { backup, signed_out: count, problems } = result.value;
    // What was done is told where it can be seen, what was not stays here.
    say(backup === null ? t("settings:reset_done", { count }) : t("settings:reset_backup", { path: backup }));
    if (problems.length === 0) onClose();
    else setErrors(problems);
  };

  return (
    <Dialog title={t(`settings:reset_${what}_title`)} onClose={onClose}>
      <p>{t(`settings:reset_${what}_text`)}</p>
      {what === "everything" && <Losses />}
      <label className="check">
        <input type="checkbox" data-first="" checked={sure} onChange={(event) => setSure(event.target.checked)} />
        {t("settings:reset_sure")}
      </label>
      {errors.map((error) => (
        <ErrorNotice key={error.correlation_id} error={error} />
      ))}
      <div className="buttons end">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="danger" busy={busy} disabled={!sure} onClick={() => void reset()}>
          {t(what === "sign_ins" ? "settings:reset_sign_out" : "settings:reset_go")}
        </Button>
      </div>
    </Dialog>
  );
}

function Losses() {
  const servers = useApp((state) => state.snapshot?.servers) ?? [];
  const kept = servers.filter((server) => !server.ad_hoc);
  return (
    <>
      <ul className="losses">
        <li>{t("settings:reset_loses.servers", { count: kept.length })}</li>
        <li>{t("settings:reset_loses.sign_ins", { count: servers.filter(isSignedIn).length })}</li>
        <li>{t("settings:reset_loses.secrets")}</li>
        <li>{t("settings:reset_loses.rest")}</li>
      </ul>
      <p className="soft">{t("settings:reset_agents")}</p>
    </>
  );
}
