/** The one field: takes an address, a command line or any configuration, and grows with it. */
import { type KeyboardEvent, useId, useRef } from "react";
import { t } from "../../preload/words.ts";
import { CloseIcon } from "../ui/icons.tsx";

interface Props {
  readonly value: string;
  readonly problem: string | null;
  /** What a link filled in is seen whole, without scrolling. */
  readonly whole: boolean;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
}

export function SmartField({ value, problem, whole, onChange, onSubmit }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);

  const onKeyDown = (event: KeyboardEvent): void => {
    const isOneLine = !value.includes("\n");
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (!isOneLine && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    onSubmit();
  };

  return (
    <div className="field smart">
      <div className="smart-label">
        <label htmlFor={id}>{t("add:field")}</label>
        <span id={`${id}-rest`}>{t("add:field_rest")}</span>
      </div>
      <div className="smart-box">
        <textarea
          ref={area}
          id={id}
          className={whole ? "mono whole" : "mono"}
          rows={1}
          value={value}
          data-first=""
          placeholder={t("add:placeholder")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-rest ${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {value !== "" && (
          <button
            type="button"
            className="quiet square"
            aria-label={t("add:clear")}
            onClick={() => {
              onChange("");
              area.current?.focus();
            }}
          >
            <CloseIcon />
          </button>
        )}
      </div>
      <p id={`${id}-hint`} className={problem === null ? "hint" : "hint problem"} aria-live="polite">
        {problem ?? t("add:hint")}
      </p>
    </div>
  );
}
