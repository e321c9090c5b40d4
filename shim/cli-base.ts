/** What every verb of the terminal needs: the hub, words on stderr, exit codes. */
import type { Answer, ErrorObject, Method, Params, Result } from "../preload/api.ts";
import { type Control, openControl } from "./control.ts";
import { gatehouseHome } from "./endpoint.ts";
import { reachHub, reachOrStartHub } from "./launch.ts";
import { Usage } from "./usage.ts";
import { VERSION } from "./version.ts";

export { Usage };

/** Exit codes, exactly as documented. */
export const EXIT = { done: 0, failed: 1, usage: 2, needsSignIn: 3, unreachable: 4 } as const;

export class Unreachable extends Error {}

/** A line on stderr, for a person. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Throws {@link Unreachable}. `start`: starts the hub when none is running. */
export async function control(start: boolean, onEvent?: (event: string, value: unknown) => void): Promise<Control> {
  const home = gatehouseHome(process.env);
  const open = { kind: "control" } as const;
  const reached = await (start ? reachOrStartHub(home, VERSION, open) : reachHub(home, VERSION, open));
  if (reached.kind === "open") return openControl(reached.socket, onEvent);
  throw new Unreachable(reached.kind === "absent" ? `${reached.why}.` : reached.error.message);
}

export async function call<M extends Method>(hub: Control, method: M, params: Params<M>): Promise<Result<Answer<M>>> {
  return (await hub.call(method, params)) as Result<Answer<M>>;
}

export function quoteName(name: string): string {
  return /\s/u.test(name) ? `"${name}"` : name;
}

/** Says what went wrong; answers the exit code. */
export function failed(error: ErrorObject): number {
  say(`${error.message}\n${error.suggestion}`);
  const ids = [`code ${error.code}`, `correlation id ${error.correlation_id}`];
  if (error.request_id !== undefined) ids.push(`request id ${error.request_id}`);
  say(`(${ids.join(", ")})`);
  return error.code === "unknown_server" ? EXIT.usage : EXIT.failed;
}

/** Far longer than any token or key. */
const MAX_SECRET = 262_144;

/** All of stdin without the white space around it: secrets come this way because others can read a command line. */
export async function readSecret(what: string): Promise<string> {
  if (process.stdin.isTTY) say(`Paste ${what}, press Enter, then Ctrl-D.`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_SECRET) throw new Usage(`What came on stdin is too long to be ${what}.`);
  }
  const secret = Buffer.concat(chunks).toString("utf8").trim();
  if (secret === "") throw new Usage(`Nothing came on stdin; ${what} is read from there.`);
  return secret;
}
