/** Tabs and segments: one of a few. Arrow keys go from one to the next. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly label: string; readonly badge?: number }[];
  readonly selected: T;
  readonly onSelect: (tab: T) => void;
  readonly children: ReactNode;
}

/** `children`: what belongs to the selected one. */
export function Tabs<T extends string>({ label, tabs, selected, onSelect, children }: TabsProps<T>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is another tab that has to be in sight then
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);

  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={label} onKeyDown={moveAmong("tab")}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === selected}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.label}
            {tab.badge !== undefined && tab.badge > 0 && <span className="badge">{tab.badge}</span>}
          </button>
        ))}
      </div>
      <div className="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${selected}`}>
        {children}
      </div>
    </>
  );
}

/** Arrow keys, Home and End among the elements of a role; the one that they come to is pressed where that is asked. */
export function moveAmong(role: string, press = true) {
  return (event: KeyboardEvent<HTMLElement>): void => {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>(`[role=${role}]`)];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const mirrored = getComputedStyle(event.currentTarget).direction === "rtl";
    const forward = mirrored ? "ArrowLeft" : "ArrowRight";
    const backward = mirrored ? "ArrowRight" : "ArrowLeft";
    const to =
      event.key === forward || event.key === "ArrowDown"
        ? at + 1
        : event.key === backward || event.key === "ArrowUp"
          ? at - 1
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? items.length - 1
              : null;
    if (to === null || items.length === 0) return;
    event.preventDefault();
    const next = items[(to + items.length) % items.length];
    next?.focus();
    if (press) next?.click();
  };
}

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function SegmentedControl<T extends string>({ label, choices, value, onChange }: SegmentsProps<T>) {
  const id = useId();
  return (
    <fieldset className="segments">
      <legend className="unseen">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={choice.value === value ? "on" : undefined}>
          <input
            type="radio"
            name={id}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
