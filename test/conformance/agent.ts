/**
 * The client that the suite tests: an agent that lists and calls everything through `gatehouse connect`, and a person who
 * runs `gatehouse login` when a call says that a sign-in is needed. Started by the suite with the agent's era as the first
 * and the server's URL as the last argument; says on stdout how it ended ({@link AgentEnd}).
 */
import { join } from "node:path";
import { z } from "zod";
import { makeHome } from "../fixtures/home.ts";
import { type ProgramOptions, runCli } from "../fixtures/program.ts";
import { repoRoot } from "../fixtures/root.ts";
import { authFor, contextOf } from "./context.ts";
import { type Driver, startDriver, type Tool } from "./drivers.ts";
import type { AgentEnd } from "./judge.ts";
import type { AgentEra } from "./sets.ts";

/** Below the suite's own limit, so that it is this program that ends what it started. */
const LIMIT_MS = 25_000;
/** Nobody signs in more often than this because of one scenario. */
const PATIENCE = 3;
const NEEDS_PERSON = ["sign_in_required", "insufficient_scope"];

/**
 * Its server leaves `resultType` out of a result to see that it counts as complete (MCP 2026-07-28 basic, ResultType); the
 * SDK's modern client refuses such a result all the same, after Gatehouse has passed it on.
 */
const WITHOUT_RESULT_TYPE = "sep-2322-client-request-state";

/** Its server lists a tool, to see what becomes of the schema, and has none to call. */
const ONLY_LISTS = "json-schema-ref-no-deref";

class Refused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

class Person {
  readonly #program: ProgramOptions;
  #signIns = 0;

  constructor(program: ProgramOptions) {
    this.#program = program;
  }

  /** Throws {@link Refused}: the sign-in failed, or was asked for too often. */
  async signIn(asked: string): Promise<void> {
    if (this.#signIns === PATIENCE) throw new Refused(asked);
    this.#signIns += 1;
    const { code, stderr } = await runCli(["login", "server", "--timeout", "8"], this.#program);
    process.stderr.write(stderr);
    if (code !== 0) throw new Refused(/\(code ([a-z_]+)/.exec(stderr)?.[1] ?? `exit ${code}`);
  }
}

/** Asks until it is answered; where a person is needed, one signs in. */
async function ask<T>(agent: Driver, person: Person, request: () => Promise<T>): Promise<T> {
  for (;;) {
    const { tools } = agent.changed;
    try {
      return await request();
    } catch (error) {
      const code = codeIn(error);
      if (code === null) throw error;
      if (!NEEDS_PERSON.includes(code)) throw new Refused(code);
      await person.signIn(code);
      // What the server offers comes a moment after the sign-in; a step-up changes no list.
      if (code === "sign_in_required") await agent.waitForToolsChanged(tools, 3_000).catch(() => {});
    }
  }
}

function codeIn(error: unknown): string | null {
  if (error instanceof Refused) return error.code;
  const found = z.object({ data: z.object({ code: z.string() }) }).safeParse(error);
  return found.success ? found.data.data.code : null;
}

function lacksResultType(error: unknown): boolean {
  const found = z.object({ data: z.object({ violation: z.string() }) }).safeParse(error);
  return found.success && found.data.data.violation === "missing-resultType";
}

async function listTools(agent: Driver): Promise<Tool[]> {
  const tools = await agent.listTools();
  if (tools.length === 1 && tools[0]?.name === "sign_in") throw new Refused("sign_in_required");
  return tools;
}

/** Something of the type that each argument wants. */
function argumentsFor(tool: Tool): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tool.arguments).map(([name, type]) => {
      if (type === "number" || type === "integer") return [name, 3];
      return [name, type === "boolean" ? true : "text"];
    }),
  );
}

async function useEverything(
  agent: Driver,
  person: Person,
  context: z.infer<typeof contextOf>,
  scenario: string,
): Promise<void> {
  const tools = await ask(agent, person, () => listTools(agent));
  const calls = context.toolCalls ?? tools.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool) }));
  for (const call of scenario === ONLY_LISTS ? [] : calls) {
    try {
      await ask(agent, person, () => agent.callTool(call));
    } catch (error) {
      if (scenario !== WITHOUT_RESULT_TYPE || !lacksResultType(error)) throw error;
    }
  }
  if (agent.has("resources")) {
    for (const uri of await ask(agent, person, () => agent.resources()))
      await ask(agent, person, () => agent.readResource(uri));
  }
  if (agent.has("prompts")) {
    for (const name of await ask(agent, person, () => agent.prompts()))
      await ask(agent, person, () => agent.getPrompt(name));
  }
}

async function run(era: AgentEra, url: string, scenario: string): Promise<AgentEnd> {
  const context = contextOf.parse(JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}"));
  const home = makeHome({ server: { url, auth: authFor(scenario, context) } });
  const program: ProgramOptions = {
    home: home.path,
    env: {
      GATEHOUSE_VAULT: "memory",
      GATEHOUSE_BROWSER: `"${process.execPath}" "${join(repoRoot, "test", "conformance", "browse.mjs")}"`,
      // No window: the hub of a machine without a desktop.
      DISPLAY: undefined,
      WAYLAND_DISPLAY: undefined,
      HEADLESS: undefined,
    },
  };
  let agent: Driver | undefined;
  try {
    agent = await startDriver(era, program);
    if (scenario !== "initialize") await useEverything(agent, new Person(program), context, scenario);
    return { ended: "answered" };
  } catch (error) {
    if (error instanceof Refused) return { ended: "refused", code: error.code };
    return { ended: "broken", why: error instanceof Error ? error.message : String(error) };
  } finally {
    process.stderr.write(agent?.stderr() ?? "");
    await agent?.close();
    await home.close();
  }
}

const limit = new Promise<AgentEnd>((resolve) => {
  setTimeout(() => resolve({ ended: "broken", why: `it took longer than ${LIMIT_MS / 1000} s` }), LIMIT_MS).unref();
});
const era = process.argv[2] === "modern" ? "modern" : "legacy";
const end = await Promise.race([
  run(era, process.argv.at(-1) ?? "", process.env.MCP_CONFORMANCE_SCENARIO ?? ""),
  limit,
]);
process.stdout.write(`${JSON.stringify(end)}\n`, () => process.exit());
