/** An error: what happened and what to do, as the hub says it, and the ids that find it in the log. */
import type { ReactNode } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { errorAdvice, errorHeadline } from "../../preload/text.ts";
import { language, t } from "../../preload/words.ts";
import { IconButton } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { CloseIcon, StateShape } from "./icons.tsx";

interface Props {
  readonly error: ErrorObject;
  /** When given, the notice can be closed. */
  readonly onDismiss?: () => void;
  /** What else to say, before the ids. */
  readonly children?: ReactNode;
}

export function ErrorNotice({ error, onDismiss, children }: Props) {
  return (
    <div className="notice notice-bad" role={onDismiss === undefined ? undefined : "alert"}>
      <div className="notice-head">
        <span className="tone-bad">
          <StateShape tone="bad" />
        </span>
        <strong>{errorHeadline(error.code)}</strong>
        {onDismiss !== undefined && <IconButton label={t("dismiss")} icon={<CloseIcon />} onClick={onDismiss} />}
      </div>
      {language() !== "en" && <p className="todo">{errorAdvice(error.code)}</p>}
      {/* The error's own words are the same for agent, log and window: English. */}
      <p lang="en" dir="ltr">
        {error.message}
        {placeOf(error)}
      </p>
      <p lang="en" dir="ltr" className={language() === "en" ? "todo" : undefined}>
        {error.suggestion}
      </p>
      {children}
      <div className="ids">
        <code>{error.code}</code>
        <code className="id">{error.correlation_id}</code>
        <CopyButton text={JSON.stringify(error, null, 2)} label={t("copy_error")} />
      </div>
    </div>
  );
}

/** ` (line 3, column 14)` when the error has a place in a file and its message does not say it. */
function placeOf(error: ErrorObject): string {
  const line = error.details?.line;
  const column = error.details?.column;
  if (typeof line !== "number" || /\bline \d/i.test(error.message)) return "";
  return typeof column === "number" ? t("at_line_column", { line, column }) : t("at_line", { line });
}
