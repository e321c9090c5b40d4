/** What the bench and its server agree on. */

/** Opens `/secure`. */
export const TOKEN = "a-token-of-the-bench";

const PARAGRAPH =
  'A line of the kind that tools answer with: some prose, a "quoted" word, a path like src/index.ts:42, and its end.\n';

/** Text of that many characters, with the quotes and line ends that text has. */
export function textOf(length: number): string {
  return PARAGRAPH.repeat(Math.ceil(length / PARAGRAPH.length)).slice(0, length);
}
