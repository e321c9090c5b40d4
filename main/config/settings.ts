/** The block `settings` of `servers.json`: what may stand in it, and what is in force. */
import type { Node } from "jsonc-parser";
import * as z from "zod";
import { type AppSettings, LANGUAGES, THEMES, UPDATE_MODES } from "../../preload/api-settings.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { duplicateKeys, keyOf, plainObject } from "../json-tree.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { type EntryProblem, placeAt, schemaProblems } from "./problems.ts";

const PROXY_PROTOCOLS = ["http:", "https:", "socks5:", "socks5h:", "socks4:", "socks4a:", "socks:"];

export const settingsSchema = z
  .object({
    start_at_login: z.boolean().describe("Start with the desktop, hidden in the tray. Default: false.").exactOptional(),
    notifications: z.boolean().describe("Tell when a server needs you. Default: true.").exactOptional(),
    theme: z.enum(THEMES).describe("Default: system.").exactOptional(),
    language: z
      .enum(["system", ...LANGUAGES])
      .describe("Default: system, what the desktop speaks.")
      .exactOptional(),
    record_arguments: z
      .boolean()
      .describe("Keep the arguments of agents' calls in the activity. Default: false.")
      .exactOptional(),
    updates: z.enum(UPDATE_MODES).describe("Default: ask.").exactOptional(),
    proxy: z
      .string()
      .refine(isProxy, "must be the URL of a proxy, as in http://proxy.example.com:3128, or empty")
      .describe("A proxy for every request, over HTTPS_PROXY. Default: as the environment says.")
      .exactOptional(),
  })
  .describe("Settings of the app.");

interface ReadSettings {
  readonly settings: AppSettings;
  /** The first value that cannot be used; its default is in force. */
  readonly error: GatehouseError | null;
  /** Members that nobody reads. */
  readonly unknown: readonly string[];
}

/** Each member is judged by itself, so that one that is wrong takes no other along. */
export function readSettings(node: Node | undefined, text: string): ReadSettings {
  if (node?.type !== "object") return { settings: DEFAULT_SETTINGS, error: null, unknown: [] };
  const given = plainObject(node);
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  const unknown: string[] = [];
  const problems: EntryProblem[] = duplicateKeys(node).map(({ name }) => ({
    member: name,
    what: "stands there more than once",
  }));
  for (const [key, value] of Object.entries(given)) {
    const member = Object.hasOwn(settingsSchema.shape, key)
      ? settingsSchema.shape[key as keyof AppSettings]
      : undefined;
    const parsed = member?.safeParse(value);
    if (parsed === undefined) unknown.push(`settings.${key}`);
    else if (parsed.success) settings[key] = parsed.data;
    else problems.push(...schemaProblems(parsed.error).map(({ what }) => ({ member: key, what })));
  }
  const [first] = problems;
  const at = node.children?.findLast((property) => keyOf(property) === first?.member) ?? node;
  const error = first === undefined ? null : settingsError(first, placeAt(text, at.offset).line);
  return { settings: settings as unknown as AppSettings, error, unknown };
}

/** Throws `config_invalid` for the first value that could not be used. */
export function checkSettings(settings: Partial<AppSettings>): void {
  const parsed = settingsSchema.safeParse(settings);
  const [problem] = parsed.success ? [] : schemaProblems(parsed.error);
  if (problem !== undefined) throw settingsError(problem, null);
}

function settingsError({ member, what }: EntryProblem, line: number | null): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    message: `${quoteRemote(member ?? "")} of “settings” ${what}${line === null ? "" : ` (line ${line})`}.`,
    suggestion:
      line === null
        ? "Choose another value; nothing has been written."
        : "Correct it in servers.json, or choose again under Settings; its default is in force until then.",
    details: { member: `settings.${member}`, ...(line === null ? {} : { line }) },
  });
}

function isProxy(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === "") return true;
  const whole = trimmed.includes("://") ? trimmed : `http://${trimmed}`;
  return URL.canParse(whole) && PROXY_PROTOCOLS.includes(new URL(whole).protocol) && new URL(whole).hostname !== "";
}
