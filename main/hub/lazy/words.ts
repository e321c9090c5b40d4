/** Text as the words that a search compares: parted at the humps of camelCase, brought to their stems. */

/** Say nothing about what a tool does. */
const EMPTY: ReadonlySet<string> = new Set(
  (
    "a an and are as at be been by can could did do does for from had has have how i if in into is it its me my of on " +
    "or our please should so such than that the their them then there these they this those to us was we were what " +
    "when where which who whom whose why will with would you your all any some one"
  ).split(" "),
);

export function words(text: string): string[] {
  const parted = text
    .replace(/([\p{Ll}\p{Nd}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "");
  const found = parted.match(/[\p{L}\p{Nd}]+/gu) ?? [];
  return found.filter((word) => !EMPTY.has(word)).map(stem);
}

/** Light: plurals and the commonest endings of English verbs, so that what is the same to a person is the same here. */
export function stem(word: string): string {
  if (word.length <= 3 || /\p{Nd}/u.test(word)) return word;
  let text = word;
  if (text.endsWith("ies") && text.length > 4) text = `${text.slice(0, -3)}y`;
  else if (/(ss|x|z|ch|sh)es$/u.test(text)) text = text.slice(0, -2);
  else if (text.endsWith("s") && !/(ss|us|is)$/u.test(text)) text = text.slice(0, -1);
  for (const ending of ["ing", "ed"]) {
    if (!text.endsWith(ending) || text.length - ending.length < 3) continue;
    const rest = text.slice(0, -ending.length);
    if (!/[aeiouy]/u.test(rest)) continue;
    text = /([^aeiouls])\1$/u.test(rest) ? rest.slice(0, -1) : rest;
    break;
  }
  // create, creating and created meet without their e.
  return text.length > 4 && text.endsWith("e") ? text.slice(0, -1) : text;
}
