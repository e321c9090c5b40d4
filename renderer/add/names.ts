/** Names that are free. Pure. */
import { nameProblem } from "../form-check.ts";

/** `name`, or with the first number behind it that makes it one of its own; empty when it would not do as a name. */
export function freeName(name: string, taken: readonly string[]): string {
  const plain = name
    .replace(/[^\p{L}\p{M}\p{Nd} ._-]+/gu, "-")
    .replace(/^[^\p{L}\p{Nd}]+/u, "")
    .slice(0, 60);
  if (nameProblem(plain, []) !== null) return "";
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? plain : `${plain}-${n}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
