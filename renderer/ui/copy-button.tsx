/** A button that puts text on the clipboard and says so for a moment. */
import { useEffect, useState } from "react";
import { t } from "../../preload/words.ts";
import { CheckIcon, CopyIcon } from "./icons.tsx";

const SHOWN = 2_000;

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
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
      <span aria-live="polite">{copied ? t("copied") : t("copy")}</span>
    </button>
  );
}
