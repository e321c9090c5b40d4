/** An entry as its own text, with its comments, line numbers, and what is wrong by line. */
import { useId, useRef, useState } from "react";
import type { EntryView } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { Button } from "../ui/button.tsx";
import type { EntryEdit } from "./use-entry.ts";

export function EntryText({ view, edit }: { readonly view: EntryView; readonly edit: EntryEdit }) {
  const id = useId();
  const [text, setText] = useState(view.text);
  const gutter = useRef<HTMLDivElement>(null);
  const changed = text !== view.text;
  const issues = edit.issues;
  const wrong = new Set(issues.map((issue) => issue.line));
  const save = (): void => {
    if (changed) void edit.save({ text });
  };
  return (
    <form
      className="entry-text"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label htmlFor={id}>{t("servers:form.text_label")}</label>
      <div className="code-edit" dir="ltr">
        <div ref={gutter} className="gutter" aria-hidden="true">
          {text.split("\n").map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line's number is what it is
            <span key={index} className={wrong.has(index + 1) ? "is-wrong" : undefined}>
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          id={id}
          className="mono"
          wrap="off"
          spellCheck={false}
          aria-invalid={issues.length > 0}
          aria-describedby={`${id}-hint`}
          rows={Math.min(24, Math.max(10, text.split("\n").length + 1))}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            edit.check({ text: event.target.value });
          }}
          onScroll={(event) => gutter.current?.scrollTo(0, event.currentTarget.scrollTop)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          }}
        />
      </div>
      {issues.length > 0 && (
        <div role="alert">
          <ul className="plain-list issues" aria-label={t("servers:form.issues")}>
            {issues.map((issue) => (
              <li key={`${issue.member} ${issue.message}`} className="problem">
                {issue.line !== null && <strong>{t("servers:form.issue_line", { line: issue.line })} </strong>}
                <span lang="en">{issue.message}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p id={`${id}-hint`} className="hint">
        {t("servers:form.text_hint")}
      </p>
      <div className="buttons">
        <Button look="go" submit disabled={!changed}>
          {t("servers:form.text_save")}
        </Button>
        <Button look="quiet" disabled={!changed} onClick={() => setText(view.text)}>
          {t("servers:form.text_revert")}
        </Button>
      </div>
    </form>
  );
}
