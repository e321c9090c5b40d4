/** Texts of others, made fit to be shown. */

/**
 * Control, bidirectional, zero-width and other characters that nobody sees, as `\u{…}`: what is hidden from the person
 * is read by a model all the same. Line feeds stay.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

/** Besides those of no shape: spaces that are none, fillers of Hangul and Braille, and variation selectors. */
const UNSEEN =
  /(?![\n ])(?:[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Z}\u115f\u1160\u2800\u3164\uffa0]|\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}])/gu;

/** The first `most` characters, and a sign where more were. */
export function cut(text: string, most: number): string {
  const chars = Array.from(text);
  return chars.length > most ? `${chars.slice(0, most).join("")}…` : text;
}
