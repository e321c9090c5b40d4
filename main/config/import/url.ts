/** URLs as people write them. */
import { isLoopbackHost } from "../../http/urls.ts";

/** With a scheme in front where there was none, and what looks like a host: https, or http for this machine. */
export function wholeUrl(text: string): string {
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[\w.-]+:\d{1,5}(?:[/?#]|$)/.test(text);
  if (hasScheme || !/^(?:localhost|[\w-]+(?:\.[\w-]+)+|\[[\da-f:]+\])(?:[:/?#]|$)/i.test(text)) return text;
  if (!URL.canParse(`https://${text}`)) return text;
  const { hostname } = new URL(`https://${text}`);
  return `${isLoopbackHost(hostname) ? "http" : "https"}://${text}`;
}
