/** Differences. A mark tells, not the colour alone; text of others reads in its own direction and hides nothing. */

import type { ToolChange } from "../../preload/api.ts";
import type { DiffLine } from "../../preload/api-agents.ts";
import { t } from "../../preload/words.ts";

/** Lines of a file, those around a change too. */
export function DiffLines({ lines, label }: { readonly lines: readonly DiffLine[]; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className="diff" aria-label={label} tabIndex={0} dir="ltr">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one difference never move
        <div key={index} className={`diff-line diff-${line.kind}`}>
          {line.kind !== "same" && (
            <span className="unseen">{t(line.kind === "added" ? "added_line" : "removed_line")}</span>
          )}
          <code>{line.text === "" ? "\u00a0" : line.text}</code>
        </div>
      ))}
    </section>
  );
}

/** What one member of something was and is. */
export function Change({ change }: { readonly change: ToolChange }) {
  const { field, before, after } = change;
  return (
    <div className="change">
      <code className="change-field">{field}</code>
      {before !== null && (
        <del>
          <span className="unseen">{t("before")}</span>
          <span translate="no">{before}</span>
        </del>
      )}
      {after !== null && (
        <ins>
          <span className="unseen">{t("now")}</span>
          <span translate="no">{after}</span>
        </ins>
      )}
    </div>
  );
}
