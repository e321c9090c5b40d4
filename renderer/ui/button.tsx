/** Buttons. One that is busy keeps the focus and takes no click. */
import type { MouseEvent, ReactNode, Ref } from "react";

/** `go`: the one that a place is about. `plain`: any other. `quiet`: without an edge. `link`: in a text. */
export type ButtonLook = "go" | "plain" | "quiet" | "danger" | "link";

interface ButtonProps {
  readonly look?: ButtonLook;
  readonly icon?: ReactNode;
  readonly busy?: boolean;
  /** It cannot be pressed now; `title` says why. */
  readonly disabled?: boolean;
  readonly submit?: boolean;
  /** Has the focus when its dialog opens. */
  readonly first?: boolean;
  /** Where the words shown need more to be understood alone. */
  readonly name?: string | undefined;
  readonly describedBy?: string | undefined;
  readonly title?: string;
  readonly className?: string;
  readonly onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
  readonly children: ReactNode;
}

export function Button({ look = "plain", icon, busy = false, disabled = false, onClick, ...rest }: ButtonProps) {
  const classes = [look, icon === undefined ? null : "with-icon", rest.className].filter(Boolean).join(" ");
  return (
    <button
      type={rest.submit ? "submit" : "button"}
      className={classes}
      aria-label={rest.name}
      aria-describedby={rest.describedBy}
      aria-disabled={busy || disabled || undefined}
      aria-busy={busy || undefined}
      title={rest.title}
      data-first={rest.first ? "" : undefined}
      onClick={(event) => {
        if (busy || disabled) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {rest.children}
    </button>
  );
}

interface IconButtonProps {
  /** What it does, for the tooltip and the screen reader. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly describedBy?: string | undefined;
  readonly className?: string;
  readonly onClick: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, icon, describedBy, className, onClick, ref }: IconButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className={`quiet square ${className ?? ""}`}
      aria-label={label}
      title={label}
      aria-describedby={describedBy}
      onClick={onClick}
    >
      {icon}
    </button>
  );
}
