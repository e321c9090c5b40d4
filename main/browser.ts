/** Shows a URL in a browser, without a shell: the command of GATEHOUSE_BROWSER, or the system's opener. */
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { errorCode } from "./atomic-file.ts";
import { GatehouseError } from "./errors.ts";
import type { Browser } from "./ports.ts";
import { startProgram, withoutOurs } from "./program.ts";

/** Milliseconds after which an opener that has not failed counts as having worked. */
const SETTLED = 1_500;

/** `command`: a program, or a command line with arguments (quotes group words); the URL becomes its last argument. */
export function commandBrowser(command: string): Browser {
  const words = splitCommand(command);
  return { open: (url) => run(words, url) };
}

/** The system's own opener, for a hub without a desktop program around it. */
export function systemBrowser(platform: NodeJS.Platform = process.platform): Browser {
  switch (platform) {
    case "darwin":
      return { open: (url) => run(["open"], url) };
    case "win32":
      // Not `start`: that would be cmd.exe, to which & and % mean something.
      return { open: (url) => run(["rundll32", "url.dll,FileProtocolHandler"], url) };
    default:
      return { open: (url) => run(["xdg-open"], url) };
  }
}

/** Words of a command line; a path with blanks that exists is one word. */
function splitCommand(command: string): string[] {
  const trimmed = command.trim();
  if (existsSync(trimmed)) return [trimmed];
  const words = trimmed.match(/"[^"]*"|'[^']*'|[^\s"']+/gu) ?? [];
  return words.map((word) => (/^(["']).*\1$/u.test(word) ? word.slice(1, -1) : word));
}

function run(words: readonly string[], url: URL): Promise<void> {
  const [program, ...args] = words;
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return Promise.reject(notOpened("the address is not a web page"));
  if (program === undefined) return Promise.reject(notOpened("GATEHOUSE_BROWSER is empty"));
  return new Promise((resolve, reject) => {
    const cannotStart = (error: unknown): void =>
      reject(notOpened(`${program} cannot be started (${errorCode(error) ?? "error"})`));
    let child: ChildProcess;
    try {
      const env = withoutOurs(process.env);
      const options = { stdio: "ignore", detached: true, windowsHide: true, env } as const;
      child = startProgram(program, [...args, url.href], options);
    } catch (error) {
      return cannotStart(error);
    }
    const timer = setTimeout(resolve, SETTLED);
    timer.unref();
    child.on("error", (error) => {
      clearTimeout(timer);
      cannotStart(error);
    });
    child.on("exit", (code) => {
      clearTimeout(timer);
      if (code === 0 || code === null) resolve();
      else reject(notOpened(`${program} ended with exit code ${code}`));
    });
    child.unref();
  });
}

function notOpened(why: string): GatehouseError {
  return new GatehouseError({
    code: "browser_failed",
    message: `The browser could not be opened: ${why}.`,
    suggestion: "Run gatehouse login with --no-browser and open the address it prints.",
  });
}
