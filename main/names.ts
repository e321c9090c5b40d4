/** What a server and an account may be called. */

/** Code points. */
export const MAX_NAME = 64;

// Marks are part of how many scripts write their letters, so they may follow one.
const NAME = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._-]*$/u;

/** The same, and what addresses of e-mail are made of: people call their accounts so. */
const ACCOUNT = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._@+-]*$/u;

export function isAccountName(name: string): boolean {
  return ACCOUNT.test(name) && name.trim() === name && Array.from(name).length <= MAX_NAME;
}

export type NameCheck = { readonly ok: true } | { readonly ok: false; readonly suggestion: string };

/**
 * Letters and digits of any script, space, `.`, `_`, `-`; first a letter or digit; at most 64 code points. Any other
 * name comes with one like it that would do.
 */
export function checkName(name: string): NameCheck {
  const normal = normalName(name);
  if (NAME.test(normal) && Array.from(normal).length <= MAX_NAME) return { ok: true };
  return { ok: false, suggestion: suggestName(normal) };
}

/** The form in which names are compared: the same letters can be composed in more than one way (Unicode NFC). */
export function normalName(name: string): string {
  return name.normalize("NFC");
}

function suggestName(name: string): string {
  const kept = name
    .replace(/[^\p{L}\p{M}\p{Nd} ._-]+/gu, "-")
    .replace(/^[^\p{L}\p{Nd}]+/u, "")
    .replace(/-{2,}/g, "-");
  const cut = Array.from(kept).slice(0, MAX_NAME).join("");
  return cut.replace(/[ -]+$/u, "") || "server";
}
