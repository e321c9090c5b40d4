/** Text to be copied: a path, a snippet. */
import { CopyButton } from "./copy-button.tsx";

interface Props {
  readonly text: string;
  /** Of the copy button, as in `Copy path`. */
  readonly label: string;
  /** Several lines, all of them in sight. */
  readonly block?: boolean;
}

export function CodeText({ text, label, block = false }: Props) {
  if (block) {
    return (
      <div className="snippet-box">
        <pre className="snippet whole" dir="ltr">
          <code>{text}</code>
        </pre>
        <CopyButton text={text} label={label} />
      </div>
    );
  }
  return (
    <div className="snippet one-line">
      <code dir="ltr">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
