/** A button that puts text on the clipboard and says so for a moment. */
import { useEffect, useState } from "react";
import { t } from "../../preload/words.ts";
import { CheckIcon, CopyIcon } from "./icons.tsx";

const SHOWN = 2_000;

interface Props {
  readonly text: string;
  /** What it copies, as in `Copy path`. */
  readonly label: string;
  /** The label is shown, too. */
  readonly words?: boolean;
}

export function CopyButton({ text, label, words = false }: Props) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = (): void => {
    // Refused only when the window has lost the focus; the text can still be selected by hand.
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };

  return (
    <button type="button" className="copy" onClick={copy} aria-label={label} title={label}>
      {copied ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite">{copied ? t("copied") : words ? label : t("copy")}</span>
    </button>
  );
}
