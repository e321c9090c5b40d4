/** Takes secrets out of what is about to be written: by the name of a field and by the look of a value. */
import { ACCOUNT_STATES, ERROR_CODES, SERVER_STATES } from "../preload/api.ts";
import { GatehouseError } from "./errors.ts";

const REDACTED = "[redacted]";

const MAX_STRING = 8 * 1024;
const MAX_ITEMS = 100;
const MAX_DEPTH = 8;

const SECRET_WORD =
  /token|secret|password|passwd|passphrase|authorization|cookie|verifier|assertion|privatekey|apikey|credential|bearer|jwt/;
const SECRET_EXACT = new Set([
  "code",
  "authcode",
  "devicecode",
  "usercode",
  "authorizationcode",
  "state",
  "nonce",
  "dpop",
  "proof",
  "key",
  "pin",
  "otp",
]);
/** Endings that turn a secret's name into the name of something harmless, as in `token_endpoint_auth_method`. */
const HARMLESS_END =
  /(?:^|_)(endpoint|endpoints|url|uri|method|methods|supported|type|types|alg|server|servers|issuer|count|bytes|ms|at|expiry|kind|source)$/;
/** Only the names in these are told: any value may be a secret. */
const NAMES_ONLY = new Set(["headers", "env", "environment"]);
/** `state` and `code` are also words of ours; these values are public. */
const PUBLIC_WORDS: ReadonlySet<string> = new Set([
  ...ERROR_CODES,
  ...SERVER_STATES,
  ...ACCOUNT_STATES,
  "ok",
  "unavailable",
  "locked",
  "unreadable",
  "unknown",
]);
const SYSTEM_CODE = /^(E[A-Z0-9]{2,15}|(ERR|UND_ERR|CERT|DEPTH|UNABLE|SELF_SIGNED)_[A-Z_]{2,50})$/;

/** Plain, bounded data without secrets, ready for JSON. Never throws. */
export function redact(value: unknown): unknown {
  return plain(value, "", 0, new Set());
}

/** A text without what looks like a secret in it. */
function redactText(text: string): string {
  const cut = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}… (${text.length} characters)` : text;
  return cut
    .replace(/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>`]+/gi, bareUrl)
    .replace(/\b(Bearer|Basic|DPoP)([ :=]+)[\w.~+/=-]{8,}/gi, `$1$2${REDACTED}`)
    .replace(/\beyJ[\w-]{4,}\.[\w-]*(\.[\w-]*){0,3}/g, REDACTED)
    .replace(/\b(gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|ya29\.)[\w.-]{10,}/g, REDACTED)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED)
    .replace(
      /\b([\w-]{0,40}(?:token|secret|password|passwd|passphrase|assertion|verifier|api_?key|code|state|nonce))(["']?\s*[=:]\s*["']?)(?!\[redacted\])([^\s"'&,;})\]]{6,})/gi,
      (all, name: string, sign: string, word: string) =>
        PUBLIC_WORDS.has(word) || SYSTEM_CODE.test(word) ? all : `${name}${sign}${REDACTED}`,
    );
}

/** A URL without user info, query and fragment: that is where secrets travel. */
function bareUrl(url: string): string {
  const end = url.search(/[?#]/);
  const head = (end === -1 ? url : url.slice(0, end)).replace(/^([^/]*\/\/)[^/@]*@/, "$1");
  return end === -1 ? head : `${head}?${REDACTED}`;
}

function plain(value: unknown, key: string, depth: number, seen: Set<object>): unknown {
  if (isSecretName(key) && !isPublic(value)) return REDACTED;
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "bigint":
    case "symbol":
      return String(value);
    case "function":
      return "[function]";
    case "object":
      break;
  }
  if (value === null) return null;
  if (value instanceof URL) return bareUrl(value.href);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return "[deep]";
  if (seen.has(value)) return "[circular]";
  seen.add(value);
  try {
    return compound(value, key, depth + 1, seen);
  } catch {
    return "[unreadable]";
  } finally {
    seen.delete(value);
  }
}

function compound(value: object, key: string, depth: number, seen: Set<object>): unknown {
  if (value instanceof Error) return plainError(value, depth, seen);
  if (value instanceof Map) return compound(Object.fromEntries(value), key, depth, seen);
  const list = value instanceof Set ? [...value] : value;
  if (Array.isArray(list)) {
    const shown = list.slice(0, MAX_ITEMS).map((item: unknown) => plain(item, "", depth, seen));
    return list.length > MAX_ITEMS ? [...shown, `… ${list.length - MAX_ITEMS} more`] : shown;
  }
  const keys = Object.keys(value);
  if (NAMES_ONLY.has(key.toLowerCase())) return keys.slice(0, MAX_ITEMS);
  const out: [string, unknown][] = [];
  for (const name of keys.slice(0, MAX_ITEMS)) out.push([name, plain(Reflect.get(value, name), name, depth, seen)]);
  if (keys.length > MAX_ITEMS) out.push(["…", `${keys.length - MAX_ITEMS} more`]);
  return Object.fromEntries(out); // defines, so that a key `__proto__` stays a key
}

/** Ours as the object that everybody sees; of any other what helps to find it. */
function plainError(error: Error, depth: number, seen: Set<object>): unknown {
  const own = error instanceof GatehouseError;
  const shown: Record<string, unknown> = own
    ? { ...error.toObject() }
    : { name: error.name, message: error.message, code: Reflect.get(error, "code"), stack: error.stack };
  if (error.cause !== undefined) shown.cause = error.cause;
  if (error instanceof AggregateError) shown.errors = error.errors;
  return compound(shown, "", depth, seen);
}

/** Whether what goes by this name is kept from everybody. */
export function isSecretName(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");
  const name = words.replaceAll("_", "");
  return SECRET_EXACT.has(name) || (SECRET_WORD.test(name) && !HARMLESS_END.test(words));
}

function isPublic(value: unknown): boolean {
  if (value === null || value === undefined || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 100_000;
  return typeof value === "string" && (PUBLIC_WORDS.has(value) || SYSTEM_CODE.test(value));
}
