/** A line about the whole, above what it concerns. */
import type { ReactNode } from "react";
import { StateShape } from "./icons.tsx";

interface Props {
  readonly tone: "bad" | "need" | "busy" | "off";
  readonly title: string;
  readonly text?: string;
  /** Read out when it appears. */
  readonly alert?: boolean;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

export function Banner({ tone, title, text, alert = false, action, children }: Props) {
  return (
    <div className={`notice notice-${tone}`} role={alert ? "alert" : undefined}>
      <div className="notice-head">
        <span className={`tone-${tone}`}>
          <StateShape tone={tone} />
        </span>
        <strong>{title}</strong>
        {action}
      </div>
      {text !== undefined && <p>{text}</p>}
      {children}
    </div>
  );
}
