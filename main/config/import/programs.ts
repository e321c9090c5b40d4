/** Which program a command line comes down to, behind what starts it. */

export interface Program {
  /** Of the package or file, without scope's version and folder: `mcp-remote`, `@modelcontextprotocol/server-memory`. */
  readonly name: string;
  readonly args: readonly string[];
}

/** Options of runners that take a value. */
const VALUED = new Set([
  "-p",
  "--package",
  "--from",
  "--with",
  "--python",
  "-w",
  "--workspace",
  "--registry",
  "--cache",
]);
const RUNNERS = new Set(["npx", "bunx", "pnpx", "uvx"]);
const TWO_WORD: Readonly<Record<string, readonly string[]>> = {
  npm: ["exec", "x"],
  pnpm: ["dlx", "exec"],
  yarn: ["dlx"],
  bun: ["x"],
  pipx: ["run"],
  uv: ["run", "tool"],
};

/** `env`: variables that stand in front of the program inside of the line are added to it. */
export function programOf(words: readonly string[], env: Record<string, string> = {}): Program {
  let rest = [...words];
  for (let depth = 0; depth < 8; depth += 1) {
    const [first = "", ...more] = rest;
    const base = baseOf(first);
    if ((base === "cmd" || base === "cmd.exe") && /^\/[ck]$/i.test(more[0] ?? "")) rest = more.slice(1);
    else if (base === "env") rest = withoutVariables(more, env);
    else if (RUNNERS.has(base)) return packageOf(more);
    else if (TWO_WORD[base]?.includes(more[0] ?? "")) return packageOf(more.slice(more[1] === "run" ? 2 : 1));
    else if (/^(node|nodejs|deno|bun)$/.test(base)) return script(more, base);
    else return { name: base, args: more };
  }
  return { name: "", args: rest };
}

function baseOf(word: string): string {
  const file = word.split(/[/\\]/).at(-1) ?? "";
  return file.replace(/\.(cmd|exe|bat|ps1)$/i, "");
}

function withoutVariables(words: readonly string[], env: Record<string, string>): string[] {
  let at = 0;
  for (; at < words.length; at += 1) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[at] ?? "") ?? [];
    if (name === undefined || value === undefined) break;
    env[name] = value;
  }
  return words.slice(at);
}

function packageOf(words: readonly string[]): Program {
  let at = 0;
  while (at < words.length && (words[at] ?? "").startsWith("-")) {
    if (words[at] === "--") {
      at += 1;
      break;
    }
    at += VALUED.has(words[at] ?? "") ? 2 : 1;
  }
  return { name: withoutVersion(words[at] ?? ""), args: words.slice(at + 1) };
}

function withoutVersion(name: string): string {
  return baseOfPackage(name).replace(/(?<=.)@[^@/]*$/, "");
}

/** A package keeps its scope; a file loses its folders. */
function baseOfPackage(name: string): string {
  return name.startsWith("@") ? name : (name.split(/[/\\]/).at(-1) ?? name);
}

/** A program of a package by the file in it, as in `node_modules/mcp-remote/dist/proxy.js`. */
function script(words: readonly string[], runtime: string): Program {
  const at = words.findIndex((word) => !word.startsWith("-") && word !== "run");
  const file = words[at] ?? "";
  const inModules = /node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1];
  const known = /(?:^|[/\\])(mcp-remote|mcp-oauth2-proxy)[/\\]/.exec(file)?.[1];
  const shim = /(?:^|[/\\])gatehouse\.cjs$/.test(file) ? "gatehouse" : undefined;
  const name = inModules ?? known ?? shim ?? baseOf(file);
  return { name: file === "" ? runtime : name, args: words.slice(at + 1) };
}
