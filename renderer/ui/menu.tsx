/** The menu behind “•••”, on the platform's own popover: a click elsewhere or Esc closes it. */
import { type ReactNode, useId, useRef, useState } from "react";
import { MoreIcon } from "./icons.tsx";
import { moveAmong } from "./tabs.tsx";

export interface MenuItem {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly onSelect: () => void;
}

export function Menu({ label, items }: { readonly label: string; readonly items: readonly MenuItem[] }) {
  const id = useId().replace(/[^\w-]/g, "");
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const anchor = `--menu-${id}`;
  return (
    <>
      <button
        type="button"
        className="quiet square"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        popoverTarget={id}
        style={{ anchorName: anchor } as React.CSSProperties}
      >
        <MoreIcon />
      </button>
      <div
        ref={list}
        id={id}
        className="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        tabIndex={-1}
        style={{ positionAnchor: anchor } as React.CSSProperties}
        onToggle={(event) => {
          const isOpen = event.newState === "open";
          setOpen(isOpen);
          if (isOpen) list.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
        }}
        onKeyDown={(event) => {
          // It closes the menu and nothing around it.
          if (event.key === "Escape") event.stopPropagation();
          moveAmong("menuitem", false)(event);
        }}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={item.danger ? "menu-item is-danger" : "menu-item"}
            onClick={() => {
              list.current?.hidePopover();
              item.onSelect();
            }}
          >
            {item.icon}
            {item.label}
          </button>
        ))}
      </div>
    </>
  );
}
