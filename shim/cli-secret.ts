/** `gatehouse secret`: what servers.json refers to as ${keychain:NAME}. A value comes from stdin, never from an argument. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { parseArgs } from "node:util";
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";

const USAGE = "Usage: gatehouse secret set <name>, gatehouse secret remove <name>, or gatehouse secret list";
const MAX_BYTES = 64 * 1024;

export async function secret(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const [what, name, ...more] = positionals;
  if (what === "list" && name === undefined) return list(values.json);
  if (name === undefined || more.length > 0) throw new Usage(USAGE);
  if (what === "set") return set(name);
  if (what === "remove") return remove(name);
  throw new Usage(USAGE);
}

async function set(name: string): Promise<number> {
  const value = process.stdin.isTTY ? await typed(name) : await piped();
  if (value === "") throw new Usage("There was no value on stdin.");
  const hub = await control(true);
  try {
    const result = await call(hub, "setSecret", { name, value });
    if (!result.ok) return failed(result.error);
    const { used_by: users } = result.value;
    say(`The secret ${name} is in the vault${users.length === 0 ? "" : `; ${users.join(", ")} can use it now`}.`);
    if (users.length === 0) say(`Refer to it in servers.json as \${keychain:${name}}.`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

/** All of stdin, without the newline that an editor or `echo` leaves at the end. */
async function piped(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BYTES) throw new Usage("A secret is at most 64 KiB long.");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

/** One line, not shown while it is typed. */
function typed(name: string): Promise<string> {
  process.stderr.write(
    `Value of ${name} (it is not shown; longer ones from a file: gatehouse secret set ${name} < file): `,
  );
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve) => {
    let line = "";
    lines.once("line", (text) => {
      line = text;
      lines.close();
    });
    lines.once("SIGINT", () => lines.close());
    lines.once("close", () => {
      process.stderr.write("\n");
      resolve(line);
    });
  });
}

async function remove(name: string): Promise<number> {
  const hub = await control(true);
  try {
    const result = await call(hub, "removeSecret", { name });
    if (!result.ok) return failed(result.error);
    const { removed, used_by: users } = result.value;
    say(removed ? `The secret ${name} is gone from the vault.` : `There was no secret ${name}.`);
    if (users.length > 0) say(`${users.join(", ")} cannot be used without it.`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

async function list(json: boolean): Promise<number> {
  const hub = await control(true);
  try {
    const result = await call(hub, "listSecrets", {});
    if (!result.ok) return failed(result.error);
    const { secrets } = result.value;
    if (json) {
      process.stdout.write(`${JSON.stringify({ secrets }, null, 2)}\n`);
      return EXIT.done;
    }
    const width = Math.max(0, ...secrets.map(({ name }) => name.length));
    for (const { name, is_set: isSet, used_by: users } of secrets) {
      const use = users.length === 0 ? "used by nobody" : `used by ${users.join(", ")}`;
      process.stdout.write(`${name.padEnd(width)}  ${isSet ? "set" : "not set"}, ${use}\n`);
    }
    if (secrets.length === 0) say("There are no secrets. To make one: gatehouse secret set <name>");
    return EXIT.done;
  } finally {
    hub.close();
  }
}
