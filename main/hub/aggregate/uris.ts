/** Resources where all servers are one. A URI stays as it is; only one that two servers list gets a prefix of ours. */

const SCHEME = "gatehouse://";

/** `part`: the server's, as in its tools' names. Works for URI templates as well: the prefix holds no expression. */
export function prefixedUri(part: string, uri: string): string {
  return `${SCHEME}${part}/${uri}`;
}

/** Null: it has no prefix of ours. */
export function unprefixedUri(uri: string): { readonly part: string; readonly uri: string } | null {
  if (!uri.startsWith(SCHEME)) return null;
  const end = uri.indexOf("/", SCHEME.length);
  return end <= SCHEME.length ? null : { part: uri.slice(SCHEME.length, end), uri: uri.slice(end + 1) };
}

/**
 * Whether a URI can have come from a template (RFC 6570). More generous than the RFC: an expression stands for any
 * text, which only decides who is asked first.
 */
export function matchesTemplate(template: string, uri: string): boolean {
  if (template.length > 2_000 || uri.length > 8_000) return false;
  const [first = "", ...rest] = template.split(/\{[^{}]*\}/u);
  if (rest.length === 0) return uri === template;
  if (!uri.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const literal of rest) {
    const found = uri.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return uri.length - last.length >= at && uri.endsWith(last);
}
