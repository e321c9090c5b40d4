/** A text that is no address: read by the hub while it is typed. */
import type { RefObject } from "react";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { StateShape } from "../ui/icons.tsx";
import { Candidates } from "./candidates.tsx";
import { plainUrl } from "./describe-entry.ts";
import type { Added } from "./types.ts";
import { UrlForm } from "./url-form.tsx";
import { useLatest } from "./use-latest.ts";

/** Milliseconds without a key before the text is read. */
const PAUSE = 200;

interface Props {
  readonly text: string;
  readonly mayAsk: boolean;
  readonly names: readonly string[];
  readonly form: RefObject<HTMLFormElement | null>;
  readonly onAsk: () => void;
  readonly onAdded: (added: Added) => void;
}

export function Snippet({ text, ...rest }: Props) {
  const run = useApp((state) => state.run);
  const read = useLatest(text, PAUSE, (asked) => run("readSnippet", { text: asked }));
  if (read.state === "none" || read.state === "asking")
    return (
      <p className="look-line" role="status">
        <span className="tone-busy">
          <StateShape tone="busy" />
        </span>
        {t("add:reading")}
      </p>
    );
  if (read.state === "failed") return <ErrorNotice error={read.error} />;
  const { candidates, error } = read.value;
  if (error !== null) return <ErrorNotice error={error} />;
  const [only, ...others] = candidates;
  const url = only !== undefined && others.length === 0 && only.error === null ? plainUrl(only.entry) : null;
  // An address without its scheme, or in a line that says no more than it, is an address.
  if (url !== null && only?.same_as === null)
    return <UrlForm key={url} url={url} problem={null} called={only.name} {...rest} />;
  const { names, form, onAdded } = rest;
  return (
    <Candidates
      key={read.value.preview}
      preview={read.value}
      agent={null}
      names={names}
      form={form}
      onAdded={onAdded}
    />
  );
}
