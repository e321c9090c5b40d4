/** What an entry of an agent's file means: which program or address, and whether the way goes through Gatehouse. */
import { quoteRemote } from "../errors.ts";
import { isObject } from "./format.ts";

/** What a Gatehouse entry asks for. */
export type Asked =
  | { readonly kind: "all"; readonly lazy: boolean }
  /** `server`: as written, with its account where it names one. */
  | { readonly kind: "server"; readonly server: string }
  /** A server that stands in no file but this one: the drop-in for mcp-remote. */
  | { readonly kind: "url"; readonly url: string };

/** What the entry starts, program first; null: it starts nothing. */
function commandOf(value: unknown): readonly string[] | null {
  if (!isObject(value)) return null;
  // `cmd` is Goose's; Zed had `command` as an object; OpenCode has it as a list.
  const { command = value.cmd, args } = value;
  if (isObject(command)) return commandOf({ command: command.path, args: command.args });
  const parts = [...(Array.isArray(command) ? command : [command]), ...(Array.isArray(args) ? args : [])];
  const texts = parts.filter((part): part is string => typeof part === "string");
  return texts.length > 0 && texts.length === parts.length ? texts : null;
}

const URL_MEMBERS = ["url", "httpUrl", "serverUrl", "baseUrl", "uri", "endpoint"];

/** The address that the entry names; null: none. */
function urlOf(value: unknown): string | null {
  if (!isObject(value)) return null;
  const found = URL_MEMBERS.map((member) => value[member]).find((url) => typeof url === "string");
  return typeof found === "string" ? found : null;
}

/** Our program under any of its names, as the last part of a path of either kind. */
const PROGRAM = /(?:^|[\\/])gatehouse(?:\.(?:cjs|exe|cmd|ps1|appimage))?$/i;

/** Where our program's verb stands; -1: it is not started. */
function verbIn(command: readonly string[]): number {
  return command.findIndex((part, n) => part === "connect" && PROGRAM.test(command[n - 1] ?? ""));
}

/** What it asks Gatehouse for; null: it does not go through Gatehouse. */
export function askedOf(value: unknown): Asked | null {
  const command = commandOf(value) ?? [];
  const verb = verbIn(command);
  if (verb === -1) return null;
  const args = command.slice(verb + 1);
  const url = args.find((arg) => arg.includes("://"));
  if (url !== undefined) return { kind: "url", url };
  const [server] = args;
  if (server === undefined || server === "--lazy") return { kind: "all", lazy: server === "--lazy" };
  return { kind: "server", server };
}

/** What an entry of ours starts: a program, and the script that it runs where there is one. */
export function startsOf(value: unknown): readonly string[] {
  const command = commandOf(value) ?? [];
  const verb = verbIn(command);
  return verb === -1 ? [] : [...new Set([command[0] ?? "", command[verb - 1] ?? ""])];
}

/** The server's name alone. */
export function withoutAccount(server: string): string {
  const at = server.indexOf("@");
  return at === -1 ? server : server.slice(0, at);
}

/** Host, or program, fit to be shown; null: it says neither. */
export function targetOf(value: unknown): string | null {
  const asked = askedOf(value);
  if (asked?.kind === "server") return shown(asked.server);
  if (asked?.kind === "all") return null;
  const url = asked?.kind === "url" ? asked.url : urlOf(value);
  if (url !== null) return URL.canParse(url) ? shown(new URL(url).host) : null;
  const [program] = commandOf(value) ?? [];
  return program === undefined ? null : shown(program.replace(/^.*[\\/](?=[^\\/])/, ""));
}

function shown(text: string): string {
  return quoteRemote(text).slice(1, -1);
}
