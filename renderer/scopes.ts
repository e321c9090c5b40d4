/** What a scope allows, in plain words, as far as its name says it. Pure. */
import { language, t } from "../preload/words.ts";

const VERBS = {
  read: "read",
  readonly: "read",
  view: "read",
  list: "read",
  get: "read",
  search: "read",
  write: "write",
  readwrite: "write",
  edit: "write",
  modify: "write",
  update: "write",
  create: "write",
  manage: "admin",
  admin: "admin",
  full: "admin",
  delete: "delete",
} as const;
type Verb = (typeof VERBS)[keyof typeof VERBS];

/** `ReadWrite` writes. */
const STRONGEST_FIRST: readonly Verb[] = ["admin", "delete", "write", "read"];

const KNOWN = {
  openid: "identity",
  profile: "profile",
  email: "email",
  offline_access: "offline",
  refresh_token: "offline",
  ".default": "everything",
} as const;

/** `repo:read` is `read repo`; a name that does not say what it allows stays as it is. */
export function scopeWords(scope: string): string {
  const path = /^https?:\/\//.test(scope) || scope.startsWith("api://") ? (scope.split("/").at(-1) ?? scope) : scope;
  const known = Object.entries(KNOWN).find(([name]) => name === path.toLowerCase())?.[1];
  if (known !== undefined) return t(`servers:scope.${known}`);
  const words = path
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .split(/[\s:._/-]+/)
    .filter(Boolean);
  const verbs = words.map(verbOf);
  const verb = STRONGEST_FIRST.find((one) => verbs.includes(one)) ?? null;
  const object = words.filter((word) => verbOf(word) === null).join(" ");
  // An identifier is no object that anybody knows by that name.
  if (verb === null || object === "" || /\d{4}/.test(object)) return scope;
  return t("servers:scope.what", { verb: t(`servers:scope.${verb}`), object });
}

const verbOf = (word: string): Verb | null =>
  Object.entries(VERBS).find(([name]) => name === word.toLowerCase())?.[1] ?? null;

export const scopesOf = (scope: string | null): string[] => scope?.split(/\s+/).filter(Boolean) ?? [];

/** `read repositories, write issues and stay signed in`; null when nothing is known. */
export function accessText(scope: string | null): string | null {
  const words = [...new Set(scopesOf(scope).map(scopeWords))];
  return words.length === 0 ? null : new Intl.ListFormat(language(), { type: "conjunction" }).format(words);
}
