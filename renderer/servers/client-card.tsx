/** A server whose sign-in service knows no program that a person has not registered: what to do there, and here. */
import { useEffect, useState } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import type { CatalogueItem, ClientHint } from "../../preload/api-config.ts";
import { nextAction, wantsClientId } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { placeOf } from "../describe.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";

export function ClientCard({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const select = useApp((state) => state.select);
  if (!wantsClientId(server)) return null;
  return (
    <section className="card card-need" aria-label={t("servers:needs.client_title")}>
      <strong>{t("servers:needs.client_title")}</strong>
      <ClientHelp server={server} />
      <div className="buttons">
        <Button look="go" onClick={() => select(server.name, "settings", "auth.client_id")}>
          {nextAction(server).label}
        </Button>
        <Button look="quiet" onClick={() => void run("signIn", { server: server.name })}>
          {t("servers:needs.client_retry")}
        </Button>
      </div>
    </section>
  );
}

/** Where a client ID comes from, and which redirect address to enter there. */
export function ClientHelp({ server }: { readonly server: ServerStatus }) {
  const ask = useApp((state) => state.ask);
  const hint = useClientHint(server);
  const place = placeOf(server) ?? server.name;
  const where = hint?.where ?? null;
  return (
    <>
      <p>
        {hint === null
          ? t("servers:needs.client_text_unknown", { place })
          : t("servers:needs.client_text", { place, kind: hint.kind })}
      </p>
      {hint !== null && hint.redirect_uri !== null && (
        <>
          <p>{t("servers:needs.client_redirect")}</p>
          <CodeText text={hint.redirect_uri} label={t("servers:needs.client_copy_redirect")} />
        </>
      )}
      {where !== null && (
        <Button look="link" onClick={() => void ask("openPage", { url: where })}>
          {t("servers:needs.client_where")}
        </Button>
      )}
    </>
  );
}

/** What the catalogue knows of it; null: nothing, or not yet. */
function useClientHint({ catalogue }: ServerStatus): ClientHint | null {
  const run = useApp((state) => state.run);
  const [items, setItems] = useState<readonly CatalogueItem[]>([]);
  useEffect(() => {
    let isCurrent = true;
    if (catalogue !== null)
      void run("catalogue", {}).then((result) => {
        if (isCurrent && result.ok) setItems(result.value.items ?? []);
      });
    return () => {
      isCurrent = false;
    };
  }, [catalogue, run]);
  return items.find((item) => item.id === catalogue)?.client ?? null;
}
