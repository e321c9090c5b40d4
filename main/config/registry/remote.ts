/** A remote server of a registry as an entry. */
import { checkedUrl } from "../../http/urls.ts";
import { type Inputs, Unfit } from "./inputs.ts";
import type { Remote } from "./schema.ts";

/** RFC 9110 §5.6.2. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Throws {@link Unfit}, or `unsafe_url`. */
export function remoteEntry(remote: Remote, inputs: Inputs): Record<string, unknown> {
  const url = inputs.template(remote.url, remote.variables ?? {}, "shown");
  // What the person fills in may be a part of a host or path: any word does for the check.
  const { protocol } = checkedUrl(url.replace(/\$\{[A-Z0-9_]+\}/g, "word"), { server: "registry", what: "address" });
  if (protocol !== "https:") throw new Unfit("an address on this machine");
  const headers: [string, string][] = [];
  for (const header of remote.headers ?? []) {
    if (!TOKEN.test(header.name)) throw new Unfit("the name of a header");
    const value = inputs.value(header.name, header, "hidden");
    if (value !== undefined) headers.push([header.name, value]);
  }
  return {
    // Streamable HTTP is what is tried first anyway.
    ...(remote.type === "sse" ? { type: "sse" } : {}),
    url,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
}
