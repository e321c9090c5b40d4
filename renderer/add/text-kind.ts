/** What the text in the field is, as far as that can be told without asking anybody. Pure. */
import { urlProblem } from "../form-check.ts";

export type TextKind =
  | { readonly kind: "empty" }
  /** A single word: something to look for. */
  | { readonly kind: "word"; readonly word: string }
  /** `problem`: why it cannot be added; null: it can. */
  | { readonly kind: "url"; readonly url: string; readonly problem: string | null }
  /** For the hub to read. */
  | { readonly kind: "snippet"; readonly text: string };

export function kindOf(text: string): TextKind {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "empty" };
  if (/^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(trimmed)) return { kind: "url", url: trimmed, problem: urlProblem(trimmed) };
  if (/^[\p{L}\p{M}\p{N}_-]+$/u.test(trimmed)) return { kind: "word", word: trimmed };
  return { kind: "snippet", text };
}
