/** `gatehouse settings`, `gatehouse pause` and `gatehouse resume`. */
import { parseArgs } from "node:util";
import { type AppSettings, LANGUAGES, THEMES, UPDATE_MODES } from "../preload/api-settings.ts";
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";
import { bold } from "./cli-terminal.ts";

type Name = keyof AppSettings;
type Kind = "switch" | "text" | readonly string[];

/** What each may be. The record makes the compiler find a forgotten one. */
export const SETTINGS: Readonly<Record<Name, Kind>> = {
  start_at_login: "switch",
  notifications: "switch",
  theme: THEMES,
  language: ["system", ...LANGUAGES],
  record_arguments: "switch",
  updates: UPDATE_MODES,
  proxy: "text",
};

export async function settings(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const [name, value, ...more] = positionals;
  if (more.length > 0) throw new Usage("Usage: gatehouse settings [<name> [<value>]]");
  if (name !== undefined && !Object.hasOwn(SETTINGS, name)) {
    throw new Usage(`There is no setting “${name}”. There are: ${Object.keys(SETTINGS).join(", ")}.`);
  }
  const wanted = name as Name | undefined;
  const change = wanted === undefined || value === undefined ? null : { [wanted]: parsed(wanted, value) };
  const hub = await control(true);
  try {
    const result = await (change === null ? call(hub, "getSettings", {}) : call(hub, "setSettings", change));
    if (!result.ok) return failed(result.error);
    const { settings: all, overridden } = result.value;
    const shown = wanted === undefined ? all : { [wanted]: all[wanted] };
    if (values.json) {
      process.stdout.write(`${JSON.stringify(wanted === undefined ? result.value : shown, null, 2)}\n`);
      return EXIT.done;
    }
    const width = Math.max(...Object.keys(shown).map((each) => each.length));
    for (const [each, is] of Object.entries(shown)) {
      process.stdout.write(`${bold(each.padEnd(width))}  ${text(is)}\n`);
    }
    if (overridden.length > 0) say(`The environment has a say as well: ${overridden.join(", ")}.`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

function parsed(name: Name, value: string): boolean | string {
  const kind = SETTINGS[name];
  if (kind === "text") return value;
  if (kind === "switch") {
    if (/^(on|true|yes)$/i.test(value)) return true;
    if (/^(off|false|no)$/i.test(value)) return false;
    throw new Usage(`${name} is on or off, not “${value}”.`);
  }
  if (kind.includes(value)) return value;
  throw new Usage(`${name} is one of ${kind.join(", ")}, not “${value}”.`);
}

function text(value: boolean | string): string {
  if (typeof value === "string") return value === "" ? "(none)" : value;
  return value ? "on" : "off";
}

export const pause = (args: readonly string[]): Promise<number> => setPaused(args, true);
export const resume = (args: readonly string[]): Promise<number> => setPaused(args, false);

async function setPaused(args: readonly string[], paused: boolean): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const hub = await control(true);
  try {
    const result = await call(hub, "pauseAll", { paused });
    if (!result.ok) return failed(result.error);
    say(
      paused
        ? "Everything is paused: no server is reached until gatehouse resume. Agents are told so."
        : "Agents reach their servers again.",
    );
    return EXIT.done;
  } finally {
    hub.close();
  }
}
