/** Giving a secret its value, and taking it away. */
import { type FormEvent, useState } from "react";
import type { Answer, ErrorObject } from "../../preload/api.ts";
import { language, t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { TextField } from "../ui/field.tsx";

export type Secret = Answer<"listSecrets">["secrets"][number];

interface Props {
  readonly secret: Secret;
  readonly onClose: () => void;
}

export function SetSecret({ secret, onClose }: Props) {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const [value, setValue] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);
  const { name, is_set: isSet } = secret;

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || value === "") return;
    setBusy(true);
    const result = await run("setSecret", { name, value });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    say(t("settings:secret_saved", { name }));
    onClose();
  };

  return (
    <Dialog
      title={t(isSet ? "settings:secret_replace_named" : "settings:secret_set_named", { name })}
      onClose={onClose}
    >
      <form noValidate onSubmit={(event) => void save(event)}>
        <TextField
          label={t("settings:secret_value")}
          hint={t("settings:secret_value_hint")}
          value={value}
          issue={tried && value === "" ? t("settings:secret_empty") : null}
          secret
          first
          onChange={setValue}
        />
        {error !== null && <ErrorNotice error={error} />}
        <div className="buttons end">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="go" submit busy={busy}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function RemoveSecret({ secret, onClose }: Props) {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);
  const { name, used_by: usedBy } = secret;

  const remove = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const result = await run("removeSecret", { name });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    say(t("settings:secret_removed", { name }));
    onClose();
  };

  const servers = new Intl.ListFormat(language()).format(usedBy);
  return (
    <Dialog title={t("settings:secret_remove_title", { name })} onClose={onClose}>
      <p>{usedBy.length === 0 ? t("settings:secret_remove_text") : t("settings:secret_remove_used", { servers })}</p>
      {error !== null && <ErrorNotice error={error} />}
      <div className="buttons end">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="danger" first busy={busy} onClick={() => void remove()}>
          {t("settings:secret_remove")}
        </Button>
      </div>
    </Dialog>
  );
}
