/**
 * A modal dialog on the platform's own element: focus stays inside, starts at `data-first` and goes back to where it
 * was; Esc closes; the rest is inert.
 */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { t } from "../../preload/words.ts";
import { IconButton } from "./button.tsx";
import { CloseIcon } from "./icons.tsx";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** For more than a question. */
  readonly wide?: boolean;
  /** A cross in its corner, for a dialog without a Cancel button. */
  readonly cross?: boolean;
  /** Its title is not shown and a click beside it closes it: for a list to choose from. */
  readonly bare?: boolean;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, wide = false, cross = false, bare = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  // Before it leaves the page: only then does the focus go back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element?.open === false) element.showModal();
    // React's autoFocus acts before the dialog is open, and opening moves the focus again.
    element?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => element?.close();
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the key for what a click beside it does
    <dialog
      ref={dialog}
      className={bare ? "bare" : wide ? "wide" : undefined}
      aria-labelledby={id}
      onClick={(event) => {
        if (bare && event.target === event.currentTarget) onClose();
      }}
      onCancel={(event) => {
        // A menu or a picker inside may be cancelled, too, and is not the dialog.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div className={bare ? "unseen" : "dialog-head"}>
        <h2 id={id}>{title}</h2>
        {cross && <IconButton label={t("close")} icon={<CloseIcon />} onClick={onClose} />}
      </div>
      {children}
    </dialog>
  );
}
