/** An entry as a form: every member of it, grouped and explained. What is typed is checked; what is left is saved. */
import { useState } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import type { EntryView } from "../../preload/api-config.ts";
import { isSignedIn, wantsClientId } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { type Entry, type FieldSpec, type Section, sectionsOf, valueAt, withValue } from "../entry-fields.ts";
import { nameProblem } from "../form-check.ts";
import { useApp } from "../store.ts";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { SwitchLine } from "../ui/switch.tsx";
import { ClientHelp } from "./client-card.tsx";
import { EntryField } from "./entry-field.tsx";
import type { EntryEdit } from "./use-entry.ts";
import { useTurn } from "./verbs.ts";

interface Props {
  readonly server: ServerStatus;
  readonly view: EntryView;
  readonly edit: EntryEdit;
}

/** In sight from the start; the others unfold. */
const OPEN: readonly Section[] = ["server", "program"];

export function EntryForm({ server, view, edit }: Props) {
  const member = useApp((state) => state.member);
  const turn = useTurn(server.name);
  const general = edit.issues.filter((issue) => issue.member === "");
  const isOpen = (section: Section, fields: readonly FieldSpec[]): boolean =>
    OPEN.includes(section) ||
    (section === "client" && wantsClientId(server)) ||
    fields.some(
      (field) => field.member === member || edit.issues.some((issue) => concerns(issue.member, field.member)),
    );
  return (
    <div className="entry-form">
      {general.map((issue) => (
        <Banner key={issue.message} tone="bad" title={t("servers:form.issues")}>
          <p lang="en">{issue.message}</p>
        </Banner>
      ))}
      <section className="card">
        <NameField server={server} edit={edit} />
        <SwitchLine
          label={t("servers:form.member.enabled.label")}
          hint={t("servers:form.member.enabled.hint")}
          on={server.state !== "disabled"}
          onChange={turn}
        />
      </section>
      {sectionsOf(view.entry).map(({ section, fields }) => (
        <details key={section} className="card fold" open={isOpen(section, fields)}>
          <summary>
            <strong>{t(`servers:form.section.${section}`)}</strong>
            <span className="soft">{summaryOf(view.entry, fields)}</span>
          </summary>
          {section === "client" && <ClientHelp server={server} />}
          {fields.map((field) =>
            field.member === "url" ? (
              <AddressField key={field.member} server={server} view={view} field={field} edit={edit} />
            ) : (
              <EntryField key={field.member} name={server.name} view={view} field={field} edit={edit} />
            ),
          )}
        </details>
      ))}
    </div>
  );
}

/** Whether an issue at one member is shown at another: `headers.X` is at `headers`. */
const concerns = (issue: string, member: string): boolean =>
  issue === member || issue.startsWith(`${member}.`) || issue.startsWith(`${member}[`);

/** How many of them are set; empty: none. */
function summaryOf(entry: Entry, fields: readonly FieldSpec[]): string {
  const count = fields.filter((field) => valueAt(entry, field.member) !== undefined).length;
  return count === 0 ? "" : t("servers:form.set", { count });
}

function NameField({ server, edit }: { readonly server: ServerStatus; readonly edit: EntryEdit }) {
  const servers = useApp((state) => state.snapshot?.servers);
  const [typed, setTyped] = useState<string | null>(null);
  const name = typed ?? server.name;
  const others = servers?.map((other) => other.name).filter((other) => other !== server.name) ?? [];
  const issue = nameProblem(name, others);
  const isNew = name.trim() !== server.name;
  const save = (): void => {
    if (!isNew || issue !== null || edit.view === null) return;
    void edit.save({ entry: edit.view.entry, new_name: name.trim() });
  };
  return (
    <>
      <TextField
        label={t("servers:form.member.name.label")}
        hint={t("servers:form.member.name.hint")}
        issue={issue}
        value={name}
        onChange={setTyped}
        onEnter={save}
        member="name"
      />
      {isNew && issue === null && (
        <div className="card card-need" role="status">
          <p>
            {t("servers:form.rename_note", { name: server.name })}
            {server.agent_names.length > 0 &&
              ` ${t("servers:form.connected_now", { agents: server.agent_names.join(", ") })}`}
          </p>
          <div className="buttons">
            <Button look="go" onClick={save}>
              {t("servers:form.rename")}
            </Button>
            <Button look="quiet" onClick={() => setTyped(null)}>
              {t("cancel")}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

/** Another origin is another server: the sign-in of the old one is no good there, and that is said before. */
function AddressField({ server, view, field, edit }: Props & { readonly field: FieldSpec }) {
  const before = String(valueAt(view.entry, field.member) ?? "");
  const [typed, setTyped] = useState<string | null>(null);
  const value = typed ?? before;
  const next = withValue(view.entry, field.member, value.trim());
  const ends = isSignedIn(server) && value.trim() !== before && originOf(value) !== originOf(before);
  const issue = edit.issues.find((one) => concerns(one.member, field.member))?.message ?? null;
  const save = async (): Promise<void> => {
    if (value.trim() !== before && (await edit.save({ entry: next }))) setTyped(null);
  };
  return (
    <>
      <TextField
        label={t("servers:form.member.url.label")}
        hint={t("servers:form.member.url.hint")}
        issue={issue}
        value={value}
        onChange={(text) => {
          setTyped(text);
          edit.check({ entry: withValue(view.entry, field.member, text.trim()) });
        }}
        onEnter={() => void save()}
        onLeave={() => {
          if (!ends) void save();
        }}
        member="url"
        mono
      />
      {ends && issue === null && (
        <div className="card card-need" role="status">
          <p>{t("servers:form.address_note")}</p>
          <div className="buttons">
            <Button look="go" onClick={() => void save()}>
              {t("servers:form.address_save")}
            </Button>
            <Button look="quiet" onClick={() => setTyped(null)}>
              {t("cancel")}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

const originOf = (text: string): string => (URL.canParse(text.trim()) ? new URL(text.trim()).origin : text.trim());
