/** Other products' references to variables and secrets, in the form of `servers.json`. */
import { isSecretName } from "../expand.ts";
import type { Draft } from "./draft.ts";

/** Variables of editors that no environment has. */
const EDITOR = /^(workspaceFolder|workspaceRoot|fileDirname|cwd)(Basename)?(:.*)?$/;
const ANY = /\$?\$\{\{[^{}]*\}\}|\$?\$\{[^{}]*\}|\{(?:env|file):[^{}]*\}/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;
/** `$NAME` by itself is a reference in these only. */
const BARE = new Set(["Gemini CLI"]);

/** Rewrites every text of the draft. `home`: the person's folder. */
export function useOwnReferences(draft: Draft, home: string): void {
  const inSecret = (text: string): string => rewrite(text, draft, home, true);
  const inPlain = (text: string): string => rewrite(text, draft, home, false);
  const each = (record: Record<string, string>): void => {
    for (const [name, value] of Object.entries(record)) record[name] = inSecret(value);
  };
  if (draft.url !== null) draft.url = inPlain(draft.url);
  if (draft.command !== null) draft.command = inPlain(draft.command);
  if (draft.cwd !== null) draft.cwd = inPlain(draft.cwd);
  draft.args = draft.args.map(inPlain);
  each(draft.headers);
  each(draft.env);
  for (const [name, value] of Object.entries(draft.auth)) draft.auth[name] = deep(value, name, inSecret, inPlain);
}

const SECRETS = new Set(["client_secret", "private_key", "assertion", "idp"]);

function deep(
  value: unknown,
  name: string,
  secret: (text: string) => string,
  plain: (text: string) => string,
): unknown {
  if (typeof value === "string") return SECRETS.has(name) ? secret(value) : plain(value);
  if (Array.isArray(value)) return value.map((each) => deep(each, name, secret, plain));
  if (typeof value !== "object" || value === null) return value;
  const made = Object.create(null) as Record<string, unknown>;
  for (const [key, each] of Object.entries(value)) made[key] = deep(each, name, secret, plain);
  return made;
}

function rewrite(text: string, draft: Draft, home: string, maySecret: boolean): string {
  const { notes, format } = draft;
  const bare = BARE.has(format) ? text.replace(/(?<!\$)\$([A-Za-z_]\w*)/g, (_whole, name) => `\${${name}}`) : text;
  const secret = (given: string, whole: string): string => {
    const name = given
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 64);
    if (maySecret && isSecretName(name)) return `\${keychain:${name}}`;
    notes.warn(`${whole} is asked for by another program: put the value there in its place.`);
    return `$${whole.replace(/^\$*/, "$")}`;
  };
  return bare.replace(ANY, (whole) => {
    if (whole.startsWith("$${")) return whole;
    const inner = whole.replace(/^\$?\{+\s*|\s*\}+$/g, "");
    const [, kind, rest = ""] = /^(env|input|inputs|secrets?|keyring|keychain|vault|file)[:.](.*)$/s.exec(inner) ?? [];
    if (kind === "env") {
      const [, name, fallback] = /^([A-Za-z_]\w*)(?::-?([\s\S]*))?$/.exec(rest) ?? [];
      if (name !== undefined) return `\${${name}${fallback === undefined ? "" : `:-${fallback}`}}`;
    }
    // Ours already, and judged with the entry.
    if (kind === "keychain" && whole.startsWith("${")) return whole;
    if (kind === "file") {
      notes.warn(`The file ${rest} is not read: put what is in it into the vault (gatehouse secret set).`);
      return secret(rest, whole);
    }
    if (kind !== undefined && kind !== "env") return secret(rest, whole);
    if (inner === "userHome") return home;
    if (inner === "pathSeparator" || inner === "/") return home.includes("\\") ? "\\" : "/";
    if (EDITOR.test(inner)) notes.warn(`\${${inner}} is known to the editor only: put the folder there in its place.`);
    if (VARIABLE.test(inner)) return whole;
    return whole.startsWith("${") ? `$${whole}` : whole;
  });
}
