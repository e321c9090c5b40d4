/** What has just been done, with the way back; and failures that no other place shows. */
import { useEffect, useRef, useState } from "react";
import type { Snapshot } from "../../preload/api.ts";
import { t } from "../../preload/words.ts";
import { type Toast, unseenErrors, useApp } from "../store.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { CloseIcon } from "../ui/icons.tsx";

/** How long a toast stays, milliseconds; the pointer or the focus on it stops the time. */
const SHOWN = 10_000;

export function Toasts({ snapshot }: { readonly snapshot: Snapshot }) {
  const toasts = useApp((state) => state.toasts);
  const errors = useApp((state) => state.errors);
  const dismiss = useApp((state) => state.dismiss);
  const held = useApp((state) => state.dialog !== null);
  const frame = useRef<HTMLElement>(null);
  const unseen = unseenErrors(errors, snapshot.servers);
  const some = toasts.length + unseen.length > 0;

  // In the top layer, so that an open dialog does not lie above it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a dialog that opens later would be above it
  useEffect(() => {
    const element = frame.current;
    if (element === null || !some) return;
    if (element.matches(":popover-open")) element.hidePopover();
    element.showPopover();
  }, [some, held]);

  if (!some) return null;
  return (
    <section ref={frame} className="toasts" aria-label={t("notices")} popover="manual">
      {unseen.map((error) => (
        <ErrorNotice key={error.correlation_id} error={error} onDismiss={() => dismiss(error.correlation_id)} />
      ))}
      <div role="status">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </div>
    </section>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const unsay = useApp((state) => state.unsay);
  const [held, setHeld] = useState(false);
  const { id, text, undo } = toast;

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => unsay(id), SHOWN);
    return () => clearTimeout(timer);
  }, [held, id, unsay]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: looking at it keeps it, nothing else
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{text}</span>
      {undo !== null && (
        <Button
          look="link"
          onClick={() => {
            unsay(id);
            undo();
          }}
        >
          {t("undo")}
        </Button>
      )}
      <IconButton label={t("dismiss")} icon={<CloseIcon />} onClick={() => unsay(id)} />
    </div>
  );
}
