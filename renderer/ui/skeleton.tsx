/** Stands for lines that are on their way. Seen only when they take longer than a moment: its style waits. */
import { t } from "../../preload/words.ts";

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{t("loading")}</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike
        <span key={index} className="skeleton-line" />
      ))}
    </div>
  );
}
