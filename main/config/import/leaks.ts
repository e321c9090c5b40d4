/** What a stranger's text would send of this computer's to the server that it names: told before it is taken over. */
import { isSecretName } from "../../redact.ts";
import { visible } from "../../visible.ts";
import type { Notes } from "./found.ts";

const REFERENCE = /(\$?)\$\{(keychain:)?([A-Za-z0-9_][\w.-]*)[^{}]*\}/g;
const FILE = /^(?:[\\/~]|[A-Za-z]:[\\/])/;

/** `set`: names of secrets that were in the vault before. */
export function warnOfLeaks(entry: Readonly<Record<string, unknown>>, set: ReadonlySet<string>, notes: Notes): void {
  const { url, headers, auth } = entry as { url?: string; headers?: object; auth?: Readonly<Record<string, unknown>> };
  if (url === undefined) return;
  const to = URL.canParse(url) ? new URL(url).host : "the server";
  for (const [member, text] of [["url", url] as const, ...textsOf("headers", headers)]) {
    for (const [, escaped, keychain, name = ""] of text.matchAll(REFERENCE)) {
      if (escaped !== "") continue;
      if (keychain === undefined && isSecretName(name)) {
        notes.warn(`${member} sends the value of the environment variable ${name} to ${visible(to)}.`);
      }
      if (keychain !== undefined && set.has(name)) {
        notes.warn(`${member} sends the secret ${name}, which is in the vault already, to ${visible(to)}.`);
      }
    }
  }
  const assertions = [["auth.assertion", auth?.assertion] as const, ...textsOf("auth.idp", auth?.idp)];
  for (const [member, text] of assertions) {
    if (typeof text === "string" && FILE.test(text)) {
      notes.warn(`${member} sends what is in the file ${visible(text)} to the authorization server.`);
    }
  }
}

function textsOf(prefix: string, record: unknown): (readonly [string, string])[] {
  if (typeof record !== "object" || record === null) return [];
  return Object.entries(record).flatMap(([name, value]) =>
    typeof value === "string" ? [[`${prefix}.${visible(name)}`, value] as const] : [],
  );
}
