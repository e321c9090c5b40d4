/** What stands where there is nothing yet: what this place is for, and how to begin. */
import type { ReactNode } from "react";

interface Props {
  readonly title: string;
  readonly text?: string;
  readonly picture?: ReactNode;
  readonly children?: ReactNode;
}

export function EmptyState({ title, text, picture, children }: Props) {
  return (
    <div className="empty">
      {picture}
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {children}
    </div>
  );
}
