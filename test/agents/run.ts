/** `npm run agents`: what real agents say of Gatehouse, before and after a sign-in, and when it was taken out again. */
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { ACCOUNTS, type AuthorizationServer, startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startChild, tempFolder } from "../fixtures/children.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { makeHome } from "../fixtures/home.ts";
import { clickThrough } from "../fixtures/oauth-client.ts";
import { environment, runCli, startCli } from "../fixtures/program.ts";
import { type ProtectedServer, startProtectedServer } from "../fixtures/protected-server.ts";
import { repoRoot } from "../fixtures/root.ts";
import { SAYS, type Verdict } from "./says.ts";
import { type Run, table } from "./table.ts";

export interface Program {
  /** As `gatehouse install` takes it. */
  readonly client: string;
  readonly of: string;
  /** Path of its command. */
  readonly path: string;
}

interface Options {
  readonly only: readonly string[];
  readonly write: boolean;
}

/** Milliseconds for one command of an agent; some of them look for updates first. */
const LIMIT_MS = 120_000;

export function readArguments(args: readonly string[], programs: readonly Program[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: "string", multiple: true }, write: { type: "boolean", default: false } },
  });
  return { only: values.only ?? programs.map(({ client }) => client), write: values.write };
}

/** `node`: runs the agents that are scripts. Answers the exit code. */
export async function runAgents(programs: readonly Program[], node: string, { write }: Options): Promise<number> {
  const cleanup = makeCleanup();
  try {
    const as = cleanup.use(await startAuthorizationServer());
    const acme = cleanup.use(await startProtectedServer({ issuer: as }));
    const runs: Run[] = [];
    for (const program of programs) {
      process.stdout.write(`${program.client} …\n`);
      const run = await one(program, node, as, acme);
      for (const said of [run.before.said, run.after.said, run.failure]) if (said) process.stdout.write(`  ${said}\n`);
      runs.push(run);
    }
    process.stdout.write(`\n${table(runs)}\n`);
    if (write) writeTable(runs);
    const failed = runs.filter(({ failure }) => failure !== null).length;
    process.stdout.write(`${runs.length - failed} passed, ${failed} failed\n`);
    return failed === 0 && runs.length > 0 ? 0 : 1;
  } finally {
    await cleanup.close();
  }
}

async function one(program: Program, node: string, as: AuthorizationServer, acme: ProtectedServer): Promise<Run> {
  const cleanup = makeCleanup();
  const { client, of } = program;
  let version = "?";
  let before: Verdict = { connected: false, said: "" };
  let after = before;
  let gone = false;
  let failure: string | null = null;
  try {
    const person = cleanup.use(tempFolder("agent-person"));
    const home = cleanup.use(makeHome({ acme: { url: acme.url } }));
    const env = {
      GATEHOUSE_VAULT: "memory",
      GATEHOUSE_BROWSER: "/bin/false",
      DISPLAY: undefined,
      WAYLAND_DISPLAY: undefined,
      HOME: person.path,
      XDG_CONFIG_HOME: undefined,
      XDG_DATA_HOME: undefined,
      XDG_STATE_HOME: undefined,
      XDG_CACHE_HOME: undefined,
      PATH: [dirname(node), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
      // Else it asks a person whether the folder can be trusted.
      GEMINI_CLI_TRUST_WORKSPACE: "true",
      DISABLE_AUTOUPDATER: "1",
    };
    const gatehouse = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCli(args, { home: home.path, env, timeoutMs: LIMIT_MS });
      if (code !== 0) throw new Error(`gatehouse ${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout;
    };
    const agent = async (...args: string[]): Promise<string> => {
      const child = startChild(program.path, args, { env: environment({ home: home.path, env }), cwd: person.path });
      const timer = setTimeout(() => void child.stop(), LIMIT_MS);
      await child.exited;
      clearTimeout(timer);
      return stripVTControlCharacters(child.output());
    };
    const { list, judge } = SAYS[client] ?? unknown(client);

    version = /\d+\.\d+\.\d+/.exec(await agent("--version"))?.[0] ?? "?";
    await gatehouse("install", client);
    before = judge(await agent(...list));
    await login(home.path, env);
    after = judge(await agent(...list));
    await gatehouse("uninstall", client);
    gone = !isNamed(await agent(...list));
    const wrong = [
      ...(before.connected ? [] : ["it is not connected before the sign-in"]),
      ...(after.connected ? [] : ["it is not connected after the sign-in"]),
      ...(gone ? [] : ["it still names Gatehouse after uninstall"]),
    ];
    failure = wrong.length === 0 ? null : wrong.join(", ");
  } catch (error) {
    failure = (error as Error).message;
  } finally {
    await cleanup.close();
  }
  return { client, of, version, before, after, gone, failure };

  async function login(home: string, env: NodeJS.ProcessEnv): Promise<void> {
    const running = cleanup.use(startCli(["login", "acme", "--no-browser"], { home, env }));
    const [url] = await running.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
    const person = { user: "ada", password: ACCOUNTS.ada ?? "", decision: "allow" as const };
    await fetch(await clickThrough(new URL(url), person));
    const code = await running.exited;
    if (code !== 0) throw new Error(`the sign-in at ${as.issuer} ended with ${code}: ${running.stderr()}`);
  }
}

/** Whether a line begins with it, behind marks at most: folders of the run are called so too. */
function isNamed(output: string): boolean {
  return /^\W*gatehouse\b/m.test(output);
}

function unknown(client: string): never {
  throw new Error(`nobody has said how ${client} lists its servers`);
}

/** Puts the table into its place in docs/agents.md. */
function writeTable(runs: readonly Run[]): void {
  const path = join(repoRoot, "docs", "agents.md");
  const page = readFileSync(path, "utf8");
  const part = /(<!-- run -->\n)[\s\S]*(<!-- \/run -->)/;
  if (!part.test(page)) throw new Error(`${path} has no place for the table`);
  writeFileSync(
    path,
    page.replace(part, (_all, from: string, to: string) => `${from}\n${table(runs)}\n${to}`),
  );
}
