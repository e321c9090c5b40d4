/** What a person has to do at a service that wants to know Gatehouse first, in its order. */
import type { ClientHint } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";
import { TextField } from "../ui/field.tsx";

import type { Given } from "./offer.ts";

interface Props {
  /** Null: nothing is known of how it wants to be asked. */
  readonly client: ClientHint | null;
  readonly given: Given;
  readonly onChange: (given: Given) => void;
}

export function ClientFields({ client, given, onChange }: Props) {
  const lacksId = given.clientSecret.trim() !== "" && given.clientId.trim() === "";
  return (
    <section className="card client" aria-label={t("add:client.title")}>
      <strong>{t("add:client.title")}</strong>
      <ol className="client-steps">
        <li>
          <p>{client === null ? t("add:client.register_plain") : t("add:client.register", { kind: client.kind })}</p>
          {client?.where != null && <OpenPage url={client.where} />}
        </li>
        <li>
          {client?.redirect_uri == null ? (
            <p>{t("add:client.redirect_any")}</p>
          ) : (
            <>
              <p>{t("add:client.redirect")}</p>
              <CodeText text={client.redirect_uri} label={t("add:client.copy_redirect")} />
            </>
          )}
        </li>
        <li>
          <p>{t("add:client.paste")}</p>
          <div className="client-pair">
            <TextField
              label={t("add:client.id")}
              hint={t("add:client.id_hint")}
              value={given.clientId}
              issue={lacksId ? t("add:client.secret_without_id") : null}
              mono
              onChange={(clientId) => onChange({ ...given, clientId })}
            />
            {client?.secret !== false && (
              <TextField
                label={t("add:client.secret")}
                hint={t("add:client.secret_hint")}
                value={given.clientSecret}
                secret
                onChange={(clientSecret) => onChange({ ...given, clientSecret })}
              />
            )}
          </div>
        </li>
      </ol>
    </section>
  );
}

function OpenPage({ url }: { readonly url: string }) {
  const ask = useApp((state) => state.ask);
  const host = URL.canParse(url) ? new URL(url).host : url;
  return <Button onClick={() => void ask("openPage", { url })}>{t("add:client.open", { host })}</Button>;
}
