/** A program of this computer: that it may run and is there. It is not started for a look. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Check } from "../../../preload/api-doctor.ts";
import type { StdioServer } from "../../config/types.ts";
import { loginPath } from "../../login-path.ts";
import { windowsInvocation } from "../../program.ts";
import { withoutHidden } from "../../upstream/stdio-program.ts";
import type { VerbDeps } from "../types.ts";
import { bad, good, type Subject } from "./checks.ts";

export async function lookAtLocal({ env }: VerbDeps, server: StdioServer): Promise<Check[]> {
  const { name, approved, cwd } = server;
  const subject = (id: string, title: string): Subject => ({ area: "server", id, title, server: name });
  const quoted = /\s/u.test(name) ? `"${name}"` : name;
  const checks: Check[] = [];
  if (approved === false) {
    checks.push(
      bad(
        subject("approval", "your leave to run it"),
        "It came from elsewhere, and nobody has allowed it yet.",
        `Look at its command, then: gatehouse approve ${quoted} --command`,
      ),
    );
  }
  if (cwd !== null && !isFolder(cwd)) {
    const shown = withoutHidden(server, cwd);
    checks.push(bad(subject("folder", "its folder"), `${shown} is not there.`, "Correct “cwd” in its entry."));
  }
  const command = withoutHidden(server, server.command);
  const isThere = await isProgram(server, env);
  const program = subject("program", "its program");
  checks.push(
    isThere
      ? good(program, `${command} is there.`)
      : bad(program, `${command} is not there.`, "Install it, or correct “command” in its entry."),
  );
  return checks;
}

async function isProgram(server: StdioServer, env: VerbDeps["env"]): Promise<boolean> {
  const { command, args, cwd } = server;
  const path = server.env.PATH ?? (await loginPath(env)) ?? env.PATH ?? "";
  if (process.platform === "win32") {
    try {
      windowsInvocation(command, args, { env: { ...env, ...server.env }, ...(cwd === null ? {} : { cwd }) });
      return true;
    } catch {
      return false;
    }
  }
  if (command.includes("/")) return canRun(isAbsolute(command) || cwd === null ? command : join(cwd, command));
  return path.split(delimiter).some((folder) => folder !== "" && canRun(join(folder, command)));
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
