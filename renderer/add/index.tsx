/** Add server: one field for whatever a person has, and below it what there is to choose from. */
import { useEffect, useRef, useState } from "react";
import { needUnknown } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { type OpenAdd, useApp, useAppStore } from "../store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { AddedPage, addedWords } from "./added.tsx";
import { Browse, type BrowseTab } from "./browse.tsx";
import type { Offer } from "./offer.ts";
import { OfferForm } from "./offer-form.tsx";
import { SmartField } from "./smart-field.tsx";
import { Snippet } from "./snippet.tsx";
import { Source } from "./source.tsx";
import { kindOf } from "./text-kind.ts";
import type { Added, AgentSource } from "./types.ts";
import { UrlForm } from "./url-form.tsx";

type Page =
  | { readonly kind: "start" }
  | { readonly kind: "offer"; readonly offer: Offer }
  | { readonly kind: "source"; readonly source: AgentSource }
  | { readonly kind: "added"; readonly added: Added };

const START: Page = { kind: "start" };

export function AddServer({ opened }: { readonly opened: OpenAdd }) {
  const { text: given = null, agent = null, from = "catalogue" } = opened;
  const store = useAppStore();
  const servers = useApp((state) => state.snapshot?.servers);
  const [page, setPage] = useState<Page>(agent === null ? START : { kind: "source", source: agent });
  const [text, setText] = useState(given ?? "");
  // What a link brought is asked about only when the person says so.
  const [mayAsk, setMayAsk] = useState(given === null);
  const names = servers?.map(({ name }) => name) ?? [];

  const close = (): void => {
    const { open, say } = store.getState();
    open(null);
    if (page.kind === "added" && page.added.names.length > 0)
      say(addedWords("toast", page.added.names), () => void takeBack(page.added));
  };

  const takeBack = async ({ undo, agentUndo }: Added): Promise<void> => {
    const { run, say } = store.getState();
    const results = [
      undo === null ? null : await run("undo", { undo }),
      agentUndo === null ? null : await run("undoAgent", { undo: agentUndo }),
    ];
    if (results.every((result) => result === null || result.ok)) say(t("add:added.taken_back"));
  };

  const onAdded = (added: Added): void => setPage({ kind: "added", added });
  const start = (): void => {
    setText("");
    setMayAsk(true);
    setPage(START);
  };

  useProbe(page.kind === "added");
  return (
    <Dialog title={t("add:title")} wide cross onClose={close}>
      {page.kind === "start" && (
        <Start
          text={text}
          tab={from === "agents" ? "agents" : "catalogue"}
          fromLink={given !== null && text === given}
          mayAsk={mayAsk}
          names={names}
          onText={(changed) => {
            setText(changed);
            setMayAsk(true);
          }}
          onAsk={() => setMayAsk(true)}
          onOffer={(offer) => setPage({ kind: "offer", offer })}
          onSource={(source) => setPage({ kind: "source", source })}
          onAdded={onAdded}
        />
      )}
      {page.kind === "offer" && (
        <OfferForm offer={page.offer} names={names} onBack={() => setPage(START)} onAdded={onAdded} />
      )}
      {page.kind === "source" && (
        <Source source={page.source} names={names} onBack={() => setPage(START)} onAdded={onAdded} />
      )}
      {page.kind === "added" && (
        <AddedPage
          added={page.added}
          onDone={close}
          onMore={start}
          onUndo={() => {
            void takeBack(page.added);
            store.getState().open(null);
          }}
        />
      )}
    </Dialog>
  );
}

/** Finds out what new servers need, so that the next step can be offered at once. */
function useProbe(wanted: boolean): void {
  const run = useApp((state) => state.run);
  const unknown = useApp((state) => state.snapshot?.servers.some(needUnknown) ?? false);
  useEffect(() => {
    if (wanted && unknown) void run("probe", {});
  }, [run, wanted, unknown]);
}

interface StartProps {
  readonly text: string;
  readonly tab: BrowseTab;
  readonly fromLink: boolean;
  readonly mayAsk: boolean;
  readonly names: readonly string[];
  readonly onText: (text: string) => void;
  readonly onAsk: () => void;
  readonly onOffer: (offer: Offer) => void;
  readonly onSource: (source: AgentSource) => void;
  readonly onAdded: (added: Added) => void;
}

function Start({ text, tab, fromLink, mayAsk, names, onText, onAsk, onOffer, onSource, onAdded }: StartProps) {
  const form = useRef<HTMLFormElement>(null);
  const what = kindOf(text);
  const shared = { mayAsk, names, form, onAsk, onAdded };
  return (
    <div className="add-start">
      <SmartField
        value={text}
        problem={what.kind === "url" ? what.problem : null}
        whole={fromLink}
        onChange={onText}
        onSubmit={() => form.current?.requestSubmit()}
      />
      {fromLink && <p className="card card-need">{t("add:from_link")}</p>}
      {what.kind === "url" && <UrlForm url={what.url} problem={what.problem} {...shared} />}
      {what.kind === "snippet" && <Snippet text={what.text} {...shared} />}
      {(what.kind === "empty" || what.kind === "word") && (
        <Browse first={tab} word={what.kind === "word" ? what.word : ""} onOffer={onOffer} onSource={onSource} />
      )}
    </div>
  );
}
