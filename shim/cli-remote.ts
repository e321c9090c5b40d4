/** Servers that stand in no file, on the command line: what `connect <url>`, `login <url>` and `logout <url>` share. */
import { call, EXIT, failed, say, Usage } from "./cli-base.ts";
import type { Control } from "./control.ts";
import { isUrl, parseRemoteArgs, REMOTE_HELP } from "./remote-args.ts";
import type { Target } from "./wire.ts";

export type Entry = Readonly<Record<string, unknown>>;

/** What `gatehouse connect` with a URL means; null: there is nothing to connect, and the exit code is set. */
export function remoteTarget(args: readonly string[]): { target: Target; server: string } | null {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(REMOTE_HELP);
    return null;
  }
  try {
    const { entry, notes } = parseRemoteArgs(args, process.env);
    for (const note of notes) say(`gatehouse: ${note}`);
    const { origin, pathname } = new URL(String(entry.url));
    return { target: { kind: "url", entry }, server: `${origin}${pathname}` };
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    say(`gatehouse: ${error.message}\nSee gatehouse connect <url> --help.`);
    process.exitCode = EXIT.usage;
    return null;
  }
}

/**
 * Parts the arguments of a verb: its own, and the entry of the server whose URL stands among them; null: there is no URL.
 * `flags` and `options` are the verb's. Throws {@link Usage}.
 */
export function withoutRemote(
  args: readonly string[],
  flags: readonly string[],
  options: readonly string[],
): { own: readonly string[]; entry: Entry | null } {
  if (!args.some(isUrl)) return { own: args, entry: null };
  const own: string[] = [];
  const remote: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (flags.includes(arg)) own.push(arg);
    else if (options.includes(arg)) own.push(arg, ...args.slice(++at, at + 1));
    else remote.push(arg);
  }
  const { entry, notes } = parseRemoteArgs(remote, process.env);
  for (const note of notes) say(note);
  return { own, entry };
}

/** The name under which the hub has the server; null: it refused it, and said why. */
export async function admitted(hub: Control, entry: Entry): Promise<string | null> {
  const result = await call(hub, "admitServer", { entry });
  if (result.ok) return result.value.server;
  failed(result.error);
  return null;
}
