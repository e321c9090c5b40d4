/** A server of the catalogue or the registry: what it is, what it wants to know, and its name. */
import { type FormEvent, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { t } from "../../preload/words.ts";
import { nameProblem } from "../form-check.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { TextField } from "../ui/field.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { Tile } from "../ui/tile.tsx";
import { ClientFields } from "./client-fields.tsx";
import { commandOf } from "./describe-entry.ts";
import { freeName } from "./names.ts";
import { filled, type Given, missing, NOTHING_GIVEN, type Offer, type Want } from "./offer.ts";
import type { Added } from "./types.ts";

interface Props {
  readonly offer: Offer;
  readonly names: readonly string[];
  readonly onBack: () => void;
  readonly onAdded: (added: Added) => void;
}

export function OfferForm({ offer, names, onBack, onAdded }: Props) {
  const run = useApp((state) => state.run);
  const [name, setName] = useState<string | null>(null);
  const [given, setGiven] = useState<Given>(NOTHING_GIVEN);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const shownName = name ?? freeName(offer.name, names);
  const issue = nameProblem(shownName, names);
  const open = missing(offer, given);

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (saving || issue !== null || open.length > 0) return;
    if (given.clientSecret.trim() !== "" && given.clientId.trim() === "") return;
    setSaving(true);
    const called = shownName.trim();
    const { entry, secrets } = filled(offer, called, given);
    const count = Object.keys(secrets).length;
    const result = await run("setEntry", { name: called, create: true, entry, ...(count === 0 ? {} : { secrets }) });
    setSaving(false);
    if (!result.ok) return setError(result.error);
    const { undo } = result.value;
    onAdded({ names: [result.value.name], secrets: count, failed: [], agent: null, undo, agentUndo: null });
  };

  return (
    <form className="known" noValidate onSubmit={(event) => void add(event)}>
      <OfferHead offer={offer} />
      <OfferAddress offer={offer} />
      {offer.wants.length > 0 && (
        <section className="wants" aria-label={t("add:item.wants")}>
          {offer.wants.map((want, index) => (
            <WantField
              key={want.token}
              want={want}
              first={index === 0}
              value={given.values[want.token] ?? ""}
              issue={tried && open.includes(want) ? t("add:item.required") : null}
              onChange={(value) => setGiven({ ...given, values: { ...given.values, [want.token]: value } })}
            />
          ))}
        </section>
      )}
      {offer.client !== null && <ClientFields client={offer.client} given={given} onChange={setGiven} />}
      <TextField
        label={t("add:name")}
        hint={t("add:name_hint")}
        value={shownName}
        first={offer.wants.length === 0}
        issue={tried || (name ?? "") !== "" ? issue : null}
        onChange={setName}
      />
      {error !== null && <ErrorNotice error={error} />}
      <div className="buttons foot-buttons">
        <Button look="quiet" icon={<BackIcon />} onClick={onBack}>
          {t("add:back")}
        </Button>
        <Button look="go" submit busy={saving} className="push">
          {saving ? t("add:adding") : t("add:add")}
        </Button>
      </div>
    </form>
  );
}

function OfferHead({ offer }: { readonly offer: Offer }) {
  const ask = useApp((state) => state.ask);
  const { title, about, icon, website } = offer;
  return (
    <div className="known-head">
      <Tile name={title} icon={icon} large />
      <div>
        <h3 translate="no">{title}</h3>
        <p className="soft" lang="en">
          {about}
        </p>
        {website !== null && (
          <Button look="link" onClick={() => void ask("openPage", { url: website })}>
            {t("add:item.website")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Whole and unabridged: what is added is what was seen. */
function OfferAddress({ offer }: { readonly offer: Offer }) {
  const command = commandOf(offer.entry);
  if (command !== null)
    return (
      <div className="known-address">
        <p className="soft">{t("add:item.local_text")}</p>
        <CodeText text={command} label={t("copy")} />
      </div>
    );
  return typeof offer.entry.url === "string" ? <CodeText text={offer.entry.url} label={t("copy")} /> : null;
}

interface WantFieldProps {
  readonly want: Want;
  readonly value: string;
  readonly issue: string | null;
  readonly first: boolean;
  readonly onChange: (value: string) => void;
}

function WantField({ want, ...rest }: WantFieldProps) {
  const secretHint = want.secret ? t("add:item.secret_hint") : null;
  const hint = [want.description, secretHint].filter(Boolean).join(" ");
  // What its publisher calls it.
  return (
    <div lang="en">
      <TextField label={want.label} hint={hint} secret={want.secret} mono={!want.secret} {...rest} />
    </div>
  );
}
