/** Starts programs so that arguments stay arguments, on every system: Windows' batch files too (`npx.cmd`). */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { lstatSync } from "node:fs";
import { win32 } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const OWN_VARIABLES = /^(GATEHOUSE_|ELECTRON_)/i;

export interface ProgramOptions extends Omit<SpawnOptions, "shell" | "windowsVerbatimArguments" | "cwd" | "env"> {
  readonly cwd?: string;
  readonly env: Environment;
}

/** What `spawn` is to be given. */
export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  /** The arguments are quoted already. */
  readonly verbatim: boolean;
}

/**
 * `spawn`, with the program looked up in the child's `PATH`. Throws an error with `code` `ENOENT` or `EINVAL` where
 * Windows' rules say at once that it cannot be started; all else arrives as the child's `error` event.
 */
export function startProgram(command: string, args: readonly string[], options: ProgramOptions): ChildProcess {
  if (process.platform !== "win32") return spawn(command, [...args], options);
  const { file, args: words, verbatim } = windowsInvocation(command, args, options);
  return spawn(file, [...words], { ...options, windowsVerbatimArguments: verbatim });
}

/** What another program is given of an environment: nothing that is only ours, such as the vault's passphrase. */
export function withoutOurs(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_VARIABLES.test(name)));
}

/** Of our variables, those whose value nobody else may learn. */
const SECRET_VARIABLES = ["GATEHOUSE_VAULT_PASSPHRASE"];

/**
 * Takes our secrets out of a process's own environment and answers them: not everything that starts a program lets us say
 * what that inherits (the system's opener of a page, in Electron).
 */
export function takeSecrets(env: NodeJS.ProcessEnv): Environment {
  const taken = SECRET_VARIABLES.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]);
  for (const name of SECRET_VARIABLES) delete env[name];
  return Object.fromEntries(taken) as Environment;
}

/** `own` over `inherited`. Names of variables have no case on Windows, and of `Path` and `PATH` only one survives. */
export function mergeEnvironment(
  inherited: Environment,
  own: Environment,
  platform: NodeJS.Platform = process.platform,
): Environment {
  if (platform !== "win32") return { ...inherited, ...own };
  const replaced = new Set(Object.keys(own).map((name) => name.toUpperCase()));
  const kept = Object.entries(inherited).filter(([name]) => !replaced.has(name.toUpperCase()));
  return { ...Object.fromEntries(kept), ...own };
}

/**
 * Ends a program and all that it started, at once. Windows knows no signal that a program could hear, and to end a batch
 * file's cmd.exe alone would leave what it runs.
 */
export function endTreeOnWindows(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null) return;
  const tool = spawn(systemFile("taskkill.exe"), ["/PID", String(pid), "/T", "/F"], {
    stdio: "ignore",
    windowsHide: true,
  });
  const alone = (): void => void child.kill("SIGKILL");
  tool.on("error", alone);
  tool.on("exit", (code) => {
    if (code !== 0) alone();
  });
}

/** What CreateProcess starts by itself, and what only cmd.exe does. */
const EXTENSIONS = [".com", ".exe", ".bat", ".cmd"];
const BATCH = /\.(bat|cmd)$/i;

/** How Windows is asked to start this. Throws as {@link startProgram}. `isFile` is asked with absolute paths. */
export function windowsInvocation(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env: Environment },
  isFile: (path: string) => boolean = isFileHere,
): Invocation {
  const file = findOnWindows(command, options, isFile);
  if (file === null && BATCH.test(command)) throw systemError("ENOENT", command);
  if (file === null || !BATCH.test(file)) return { file: file ?? command, args, verbatim: false };
  const line = [file, ...args].map(quoteForCmd).join(" ");
  return {
    file: systemFile("cmd.exe"),
    // Extensions on, delayed expansion (`!NAME!`) and the registry's AutoRun off; /s takes off the outer quotes only.
    args: ["/e:on", "/v:off", "/d", "/s", "/c", `"${line}"`],
    verbatim: true,
  };
}

/**
 * One word of a cmd.exe command line that a batch file may pass on with `%*`. All stands in quotes, where only `"` and
 * `%` mean anything. A quote is doubled: that leaves cmd.exe inside the quotes however often it reads the line, and a
 * program's own parser takes the two for one. Before a percent sign comes a variable's empty piece, so that no name
 * begins at it. A line's end cannot be quoted at all. CVE-2024-24576 and CVE-2024-27980 are about such words.
 */
function quoteForCmd(word: string): string {
  if (/[\0\r\n]/.test(word)) throw systemError("EINVAL", "a line break in an argument of a batch file");
  const quoted = word
    .replace(/(\\*)"/g, '$1$1""')
    .replace(/\\+$/, "$&$&")
    .replaceAll("%", "%%cd:~,%");
  return `"${quoted}"`;
}

function findOnWindows(
  command: string,
  { cwd, env }: { readonly cwd?: string; readonly env: Environment },
  isFile: (path: string) => boolean,
): string | null {
  const named = EXTENSIONS.includes(win32.extname(command).toLowerCase());
  // npm puts a script for other shells beside its batch files, under the bare name: that one never counts.
  const endings = named ? [""] : EXTENSIONS;
  for (const folder of /[\\/:]/.test(command) ? [win32.resolve(cwd ?? "")] : searchPath(env)) {
    for (const ending of endings) {
      const path = win32.resolve(folder, `${command}${ending}`);
      if (isFile(path)) return path;
    }
  }
  return null;
}

/** The absolute folders of PATH: what a relative one holds depends on who asks. */
function searchPath(env: Environment): string[] {
  const name = Object.keys(env).find((each) => each.toUpperCase() === "PATH");
  const folders = (name === undefined ? "" : (env[name] ?? "")).split(";").map((folder) => folder.replaceAll('"', ""));
  return folders.filter((folder) => win32.isAbsolute(folder));
}

function isFileHere(path: string): boolean {
  try {
    // Not stat: the Store's aliases (python.exe) are links that cannot be followed, and can be started.
    return !lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function systemFile(name: string): string {
  return win32.join(process.env.SystemRoot ?? "C:\\Windows", "System32", name);
}

function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
