/** An entry of `servers.json` as fields: which there are, how each is read, typed and put back. Pure. */
import { t } from "../preload/words.ts";
import { splitCommand } from "./form-check.ts";

export type Entry = Readonly<Record<string, unknown>>;

interface Spec {
  /** Where in the entry, as in `auth.client_id`. */
  readonly member: string;
  readonly kind: "text" | "number" | "lines" | "pairs" | "json" | "secret" | "choice" | "switch";
  /** Of `choice`; the first is what is meant without the member. */
  readonly choices?: readonly string[];
  /** Of `switch`: what is meant without the member. */
  readonly preset?: boolean;
}

/** Each member of the file's schema once: in what order, in which group, and how it is typed. */
const REMOTE = {
  server: [
    { member: "url", kind: "text" },
    { member: "type", kind: "choice", choices: ["auto", "streamable-http", "sse"] },
    { member: "headers", kind: "pairs" },
  ],
  client: [
    { member: "auth.client_id", kind: "text" },
    { member: "auth.client_secret", kind: "secret" },
    { member: "auth.redirect_uri", kind: "text" },
  ],
  sign_in: [
    {
      member: "auth.grant",
      kind: "choice",
      choices: ["authorization_code", "device_code", "client_credentials", "id_jag", "jwt_bearer", "none"],
    },
    { member: "auth.scope", kind: "text" },
    { member: "auth.resource", kind: "text" },
    { member: "auth.callback_timeout", kind: "number" },
    { member: "auth.refresh_skew", kind: "number" },
    { member: "auth.use_id_token", kind: "switch", preset: false },
  ],
  endpoints: [
    { member: "auth.authorization_server", kind: "text" },
    { member: "auth.metadata_url", kind: "text" },
    { member: "auth.authorization_endpoint", kind: "text" },
    { member: "auth.token_endpoint", kind: "text" },
    { member: "auth.device_authorization_endpoint", kind: "text" },
  ],
  extras: [
    { member: "auth.token_endpoint_auth_method", kind: "text" },
    { member: "auth.private_key", kind: "secret" },
    { member: "auth.token_endpoint_auth_signing_alg", kind: "text" },
    { member: "auth.authorize_params", kind: "json" },
    { member: "auth.token_params", kind: "json" },
    { member: "auth.client_metadata", kind: "json" },
    { member: "auth.client_metadata_url", kind: "text" },
    { member: "auth.idp", kind: "json" },
    { member: "auth.assertion", kind: "secret" },
  ],
} as const satisfies Record<string, readonly Spec[]>;

const STDIO = {
  program: [
    { member: "command", kind: "text" },
    { member: "args", kind: "lines" },
    { member: "env", kind: "pairs" },
    { member: "cwd", kind: "text" },
    { member: "approved", kind: "switch", preset: true },
  ],
} as const satisfies Record<string, readonly Spec[]>;

const BOTH = {
  tools: [
    { member: "tools.allow", kind: "lines" },
    { member: "tools.deny", kind: "lines" },
    { member: "tools.guard", kind: "switch", preset: true },
  ],
  limits: [
    { member: "timeout", kind: "number" },
    { member: "protocol", kind: "choice", choices: ["auto", "legacy", "2026-07-28"] },
  ],
} as const satisfies Record<string, readonly Spec[]>;

type Known = (typeof REMOTE & typeof STDIO & typeof BOTH)[keyof (typeof REMOTE & typeof STDIO & typeof BOTH)][number];
export type Member = Known["member"];
export type FieldSpec = Spec & { readonly member: Member };
export type Section = keyof typeof REMOTE | keyof typeof STDIO | keyof typeof BOTH;

/** The groups of fields that an entry has. */
export function sectionsOf(
  entry: Entry,
): readonly { readonly section: Section; readonly fields: readonly FieldSpec[] }[] {
  const groups = { ...(entry.command === undefined ? REMOTE : STDIO), ...BOTH };
  return Object.entries(groups).map(([section, fields]) => ({ section: section as Section, fields }));
}

const isObject = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a member; undefined: it is not there. */
export function valueAt(entry: Entry, member: string): unknown {
  const [outer = "", inner] = member.split(".");
  const value = Object.hasOwn(entry, outer) ? entry[outer] : undefined;
  if (inner === undefined) return value;
  return isObject(value) && Object.hasOwn(value, inner) ? value[inner] : undefined;
}

/** The entry with another value there; undefined takes it out, and a group that is empty then, too. */
export function withValue(entry: Entry, member: string, value: unknown): Entry {
  const [outer = "", inner] = member.split(".");
  if (inner === undefined) return withMember(entry, outer, value);
  const group = withMember(isObject(entry[outer]) ? entry[outer] : {}, inner, value);
  return withMember(entry, outer, Object.keys(group).length === 0 ? undefined : group);
}

function withMember(object: Entry, name: string, value: unknown): Entry {
  if (value !== undefined) return { ...object, [name]: value };
  return Object.fromEntries(Object.entries(object).filter(([other]) => other !== name));
}

/** What stands in the field for a value. */
export function typedOf(spec: Spec, value: unknown): string {
  if (value === undefined || value === null) return "";
  switch (spec.kind) {
    case "lines":
      return Array.isArray(value) ? value.join("\n") : String(value);
    case "json":
    case "pairs":
      return typeof value === "string" ? value : JSON.stringify(value, null, 2);
    default:
      // `"resource": false` sends none.
      return value === false ? "none" : String(value);
  }
}

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** What a text typed into a field means. Empty: the member is not there. */
export function parsedOf(spec: Spec, typed: string): Parsed {
  const text = typed.trim();
  if (text === "") return { ok: true, value: undefined };
  switch (spec.kind) {
    case "number": {
      const number = Number(text);
      return Number.isFinite(number)
        ? { ok: true, value: number }
        : { ok: false, problem: t("servers:form.number_problem") };
    }
    case "lines":
      return { ok: true, value: typed.split("\n").filter((line) => line.trim() !== "") };
    case "json":
      try {
        return { ok: true, value: JSON.parse(text) };
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { ok: false, problem: t("servers:form.json_problem", { problem }) };
      }
    default:
      return { ok: true, value: spec.member === "auth.resource" && text === "none" ? false : text };
  }
}

/** A whole command line pasted into the field of the program: its first word, and its others as arguments. */
export function splitProgram(line: string): { readonly command: string; readonly args: readonly string[] } | null {
  const [command, ...args] = splitCommand(line.trim()) ?? [];
  return command === undefined || args.length === 0 ? null : { command, args };
}

/** Stands for a literal secret that the file has there. */
export const isHidden = (value: unknown): boolean =>
  typeof value === "string" && /^([A-Za-z-]+ )?\$\{hidden:[^}]*\}$/.test(value);

/** `${VAR}` and `${keychain:NAME}`: where a secret is, and not the secret. */
export const isReference = (value: string): boolean => /\$\{[^}]+\}/.test(value);

/** Names of headers and variables whose values are nobody else's business. */
const SECRET_NAME = /auth|token|key|secret|passw|credential|cookie/i;

export const namesSecret = (name: string): boolean => SECRET_NAME.test(name);

/** A name for a secret in the vault, of the server and of what it is. */
export function secretName(server: string, what: string): string {
  return `${server}-${what}`
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}
