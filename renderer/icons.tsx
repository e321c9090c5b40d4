/** All pictures of the window, drawn here: nothing is fetched. Decorative; words stand beside each. */
import type { ReactNode } from "react";
import type { Tone } from "../preload/text.ts";
import { hueOf, letterOf } from "./groups.ts";

function Stroke({ size = 16, children }: { readonly size?: number; readonly children: ReactNode }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
        {children}
      </g>
    </svg>
  );
}

/** The mark: a gatehouse, two towers and an open gate. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg className="icon mark" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d="M2.5 17.5V6l3-2.5 3 2.5v2h3V6l3-2.5 3 2.5v11.5h-5.2V14a2.3 2.3 0 0 0-4.6 0v3.5z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** Each tone has a shape of its own, so that colour is never all there is. */
export function StateShape({ tone }: { readonly tone: Tone }) {
  return (
    <svg className={`icon shape shape-${tone}`} width="11" height="11" viewBox="0 0 11 11" aria-hidden="true">
      {shape(tone)}
    </svg>
  );
}

function shape(tone: Tone): ReactNode {
  switch (tone) {
    case "ok":
      return <circle cx="5.5" cy="5.5" r="4.6" fill="currentColor" />;
    case "need":
      return <path d="M5.5.8 10.6 10H.4z" fill="currentColor" />;
    case "busy":
      return (
        <circle cx="5.5" cy="5.5" r="4.2" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="18 9" />
      );
    case "bad":
      return <path d="m1.5 1.5 8 8m0-8-8 8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />;
    case "off":
      return <circle cx="5.5" cy="5.5" r="4.1" fill="none" stroke="currentColor" strokeWidth="1.6" />;
  }
}

/** A server's tile: its first letter on a colour that its name chooses. */
export function Tile({ name, large = false }: { readonly name: string; readonly large?: boolean }) {
  return (
    <span className={large ? "tile large" : "tile"} data-hue={hueOf(name)} aria-hidden="true">
      {letterOf(name)}
    </span>
  );
}

export const PlusIcon = () => (
  <Stroke>
    <path d="M8 3v10M3 8h10" />
  </Stroke>
);
export const EditIcon = () => (
  <Stroke>
    <path d="m10.6 3.2 2.2 2.2-7.3 7.3-2.9.7.7-2.9zM9.3 4.5l2.2 2.2" />
  </Stroke>
);
export const RemoveIcon = () => (
  <Stroke>
    <path d="M2.8 4.3h10.4M6.2 4.3V2.8h3.6v1.5M4.1 4.3l.6 8.9h6.6l.6-8.9M6.7 7v3.6M9.3 7v3.6" />
  </Stroke>
);
export const CloseIcon = () => (
  <Stroke>
    <path d="m4 4 8 8m0-8-8 8" />
  </Stroke>
);
export const BackIcon = () => (
  <Stroke>
    <path d="M9.8 3.2 5 8l4.8 4.8" />
  </Stroke>
);
export const CopyIcon = () => (
  <Stroke>
    <rect x="5.5" y="5.5" width="7.7" height="7.7" rx="1.6" />
    <path d="M10.5 3.6v-.2c0-.9-.7-1.6-1.6-1.6H4.4c-.9 0-1.6.7-1.6 1.6v4.5c0 .9.7 1.6 1.6 1.6h.2" />
  </Stroke>
);
export const CheckIcon = () => (
  <Stroke>
    <path d="m3.2 8.6 3 3 6.6-7" />
  </Stroke>
);
export const SearchIcon = () => (
  <Stroke>
    <circle cx="7" cy="7" r="4.2" />
    <path d="m10.2 10.2 3 3" />
  </Stroke>
);
