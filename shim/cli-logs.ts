/** `gatehouse logs`: the log's lines, readably; read from its files, so that it works when nothing else does. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXIT, say, Usage } from "./cli-base.ts";
import { gatehouseHome } from "./endpoint.ts";

const DEFAULT_LINES = 200;
/** Milliseconds between two looks at a file that is followed. */
const LOOK_EVERY = 300;
const OLDER = [".2", ".1"];

/** Resolves when all is printed; with `--follow` when it is interrupted. */
export async function logs(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      follow: { type: "boolean", short: "f", default: false },
      lines: { type: "string", short: "n" },
      json: { type: "boolean", default: false },
    },
  });
  const [server, ...more] = positionals;
  if (more.length > 0) throw new Usage("Usage: gatehouse logs [server]");
  const wanted = values.lines === undefined ? DEFAULT_LINES : Number(values.lines);
  if (!Number.isInteger(wanted) || wanted < 0) throw new Usage("--lines takes a whole number.");
  const path = join(gatehouseHome(process.env), "logs", "gatehouse.log");
  const show = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => {
      const fields = fieldsOf(line);
      if (fields === null || (server !== undefined && !concerns(fields, server))) return [];
      return [values.json ? line : describeLine(fields)];
    });

  const current = tailOf(path);
  const before = OLDER.flatMap((suffix) => textOf(path + suffix).split("\n"));
  const shown = show([...before, ...current.lines()]);
  const last = wanted === 0 ? [] : shown.slice(-wanted);
  print(last);
  if (shown.length === 0) say(server === undefined ? "The log is empty." : `The log has nothing about “${server}”.`);
  if (!values.follow) return EXIT.done;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => print(show(current.lines())), LOOK_EVERY);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
  return EXIT.done;
}

function print(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Hands out the whole lines that were not handed out before; begins anew when the file was put aside for a new one. */
function tailOf(path: string): { lines(): string[] } {
  let inode = 0;
  let at = 0;
  let rest = Buffer.alloc(0);
  return {
    lines() {
      let file: number;
      try {
        file = openSync(path, "r");
      } catch {
        return [];
      }
      try {
        const { ino, size } = fstatSync(file);
        if (ino !== inode || size < at) {
          inode = ino;
          at = 0;
          rest = Buffer.alloc(0);
        }
        const more = Buffer.alloc(size - at);
        at += readSync(file, more, 0, more.length, at);
        const whole = Buffer.concat([rest, more]);
        const end = whole.lastIndexOf(0x0a) + 1;
        rest = whole.subarray(end);
        return whole.subarray(0, end).toString("utf8").split("\n");
      } finally {
        closeSync(file);
      }
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Null for what is no line of the log: torn by a crash, or empty. */
function fieldsOf(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "event" in value ? (value as Fields) : null;
  } catch {
    return null;
  }
}

function concerns(fields: Fields, server: string): boolean {
  const { server: own, error } = fields;
  return own === server || (typeof error === "object" && error !== null && Reflect.get(error, "server") === server);
}

function describeLine({ time, level, event, ...fields }: Fields): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`);
  return [String(time), String(level).padEnd(5), String(event), ...shown].join("  ");
}

function valueText(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
