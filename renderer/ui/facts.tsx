/** One line of a list of facts, and an address in it. */
import { Fragment, type ReactNode } from "react";

/** An address that breaks after its slashes rather than anywhere. */
export function Url({ text }: { readonly text: string }) {
  const parts = text.split(/(?<=[/?&])(?=[^/])/);
  return (
    <span className="url" dir="ltr" translate="no">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one fixed text never move
        <Fragment key={index}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
}

export function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Names that are somebody else's, each on its own. */
export function Chips({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <span className="chips" dir="ltr">
      {texts.map((text) => (
        <code key={text}>{text}</code>
      ))}
    </span>
  );
}
