/** Values in the vault that entries refer to: their names, who uses them, and never themselves. */
import { useCallback, useEffect, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { language, t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { StateShape } from "../ui/icons.tsx";
import { RemoveSecret, type Secret, SetSecret } from "./secret-dialogs.tsx";
import { Line, Section } from "./section.tsx";

export function SecretsSection() {
  const { secrets, error, reload } = useSecrets();
  const [dialog, setDialog] = useState<{ readonly kind: "set" | "remove"; readonly secret: Secret } | null>(null);
  const close = (): void => {
    setDialog(null);
    reload();
  };
  return (
    <Section title={t("settings:secrets")}>
      <p className="settings-text hint">
        {t(secrets?.length === 0 ? "settings:secrets_none" : "settings:secrets_hint")}
      </p>
      {error !== null && <ErrorNotice error={error} />}
      {secrets?.map((secret) => (
        <SecretLine
          key={secret.name}
          secret={secret}
          onSet={() => setDialog({ kind: "set", secret })}
          onRemove={() => setDialog({ kind: "remove", secret })}
        />
      ))}
      {dialog?.kind === "set" && <SetSecret secret={dialog.secret} onClose={close} />}
      {dialog?.kind === "remove" && <RemoveSecret secret={dialog.secret} onClose={close} />}
    </Section>
  );
}

interface LineProps {
  readonly secret: Secret;
  readonly onSet: () => void;
  readonly onRemove: () => void;
}

function SecretLine({ secret, onSet, onRemove }: LineProps) {
  const { name, is_set: isSet, used_by: usedBy } = secret;
  const servers = new Intl.ListFormat(language()).format(usedBy);
  return (
    <Line
      label={<span translate="no">{name}</span>}
      hint={
        <>
          {!isSet && (
            <span className="tone-need">
              <StateShape tone="need" /> {t("settings:secret_missing")}{" "}
            </span>
          )}
          {usedBy.length === 0 ? t("settings:secret_unused") : t("settings:secret_used", { servers })}
        </>
      }
    >
      <Button
        look={isSet ? "quiet" : "go"}
        name={t(isSet ? "settings:secret_replace_named" : "settings:secret_set_named", { name })}
        onClick={onSet}
      >
        {t(isSet ? "settings:secret_replace" : "settings:secret_set")}
      </Button>
      {isSet && (
        <Button look="quiet" name={t("settings:secret_remove_named", { name })} onClick={onRemove}>
          {t("settings:secret_remove")}
        </Button>
      )}
    </Line>
  );
}

function useSecrets() {
  const run = useApp((state) => state.run);
  // An edit of an entry changes who uses which.
  const servers = useApp((state) => state.snapshot?.servers);
  const [secrets, setSecrets] = useState<readonly Secret[] | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);

  const reload = useCallback(() => {
    void run("listSecrets", {}).then((result) => {
      if (result.ok) setSecrets(result.value.secrets);
      setError(result.ok ? null : result.error);
    });
  }, [run]);

  const names = servers?.map(({ name }) => name).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: other servers are the reason to ask again
  useEffect(reload, [reload, names]);

  return { secrets, error, reload };
}
