/** All pictures of the window, drawn here: nothing is fetched. Decorative; words stand beside each. */
import type { ReactNode } from "react";
import type { Tone } from "../../preload/text.ts";

interface StrokeProps {
  readonly size?: number;
  readonly mirrored?: boolean;
  readonly children: ReactNode;
}

function Stroke({ size = 16, mirrored = false, children }: StrokeProps) {
  return (
    <svg
      className={mirrored ? "icon mirrored" : "icon"}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
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
/** Points to where one came from, in either direction of writing. */
export const BackIcon = () => (
  <Stroke mirrored>
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
export const SearchIcon = ({ size = 18 }: { readonly size?: number }) => (
  <Stroke size={size}>
    <circle cx="7" cy="7" r="4.2" />
    <path d="m10.2 10.2 3 3" />
  </Stroke>
);
export const MoreIcon = () => (
  <svg className="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <g fill="currentColor">
      <circle cx="3.2" cy="8" r="1.4" />
      <circle cx="8" cy="8" r="1.4" />
      <circle cx="12.8" cy="8" r="1.4" />
    </g>
  </svg>
);
export const ServersIcon = () => (
  <Stroke size={18}>
    <rect x="2" y="2.5" width="12" height="4.6" rx="1.4" />
    <rect x="2" y="9" width="12" height="4.6" rx="1.4" />
    <path d="M4.8 4.8h.1M4.8 11.3h.1" />
  </Stroke>
);
export const AgentsIcon = () => (
  <Stroke size={18}>
    <rect x="2.6" y="5.2" width="10.8" height="8" rx="2.4" />
    <path d="M8 5.2V2.6M6 8.8v.9M10 8.8v.9" />
  </Stroke>
);
export const ActivityIcon = () => (
  <Stroke size={18}>
    <path d="M1.8 8.4h2.8l1.9-5 3 9.4 1.9-4.4h2.8" />
  </Stroke>
);
export const SettingsIcon = () => (
  <Stroke size={18}>
    <path d="M2 4.6h6.2M12.2 4.6H14M2 11.4h1.8M7.8 11.4H14" />
    <circle cx="10.2" cy="4.6" r="1.9" />
    <circle cx="5.8" cy="11.4" r="1.9" />
  </Stroke>
);
export const RefreshIcon = () => (
  <Stroke>
    <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2.2v2.6h-2.6" />
  </Stroke>
);
