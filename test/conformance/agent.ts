/**
 * The client that the suite tests: an agent that lists and calls everything through `gatehouse connect`, and a person who
 * runs `gatehouse login` when a call says that a sign-in is needed. Started by the suite with the server's URL as the last
 * argument; says on stdout how it ended ({@link AgentEnd}).
 */
import { join } from "node:path";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { type Agent, startAgent } from "../fixtures/agent.ts";
import { makeHome } from "../fixtures/home.ts";
import { type ProgramOptions, runCli } from "../fixtures/program.ts";
import { repoRoot } from "../fixtures/root.ts";
import { authFor, contextOf } from "./context.ts";
import type { AgentEnd } from "./judge.ts";

/** Below the suite's own limit, so that it is this program that ends what it started. */
const LIMIT_MS = 25_000;
/** Nobody signs in more often than this because of one scenario. */
const PATIENCE = 3;
const NEEDS_PERSON = ["sign_in_required", "insufficient_scope"];

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
async function ask<T>(agent: Agent, person: Person, request: () => Promise<T>): Promise<T> {
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

async function listTools(agent: Agent): Promise<Tool[]> {
  const { tools } = await agent.client.listTools();
  if (tools.length === 1 && tools[0]?.name === "sign_in") throw new Refused("sign_in_required");
  return tools;
}

/** Something of the type that each argument wants. */
function argumentsFor(tool: Tool): Record<string, unknown> {
  const types = z.record(z.string(), z.object({ type: z.unknown() })).parse(tool.inputSchema.properties ?? {});
  return Object.fromEntries(
    Object.entries(types).map(([name, { type }]) => {
      if (type === "number" || type === "integer") return [name, 3];
      return [name, type === "boolean" ? true : "text"];
    }),
  );
}

async function useEverything(agent: Agent, person: Person, context: z.infer<typeof contextOf>): Promise<void> {
  const tools = await ask(agent, person, () => listTools(agent));
  const calls = context.toolCalls ?? tools.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool) }));
  for (const call of calls) await ask(agent, person, () => agent.client.callTool(call));
  const { resources, prompts } = agent.client.getServerCapabilities() ?? {};
  if (resources !== undefined) {
    const listed = await ask(agent, person, () => agent.client.listResources());
    for (const { uri } of listed.resources) await ask(agent, person, () => agent.client.readResource({ uri }));
  }
  if (prompts !== undefined) {
    const listed = await ask(agent, person, () => agent.client.listPrompts());
    for (const { name } of listed.prompts) await ask(agent, person, () => agent.client.getPrompt({ name }));
  }
}

async function run(url: string, scenario: string): Promise<AgentEnd> {
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
  let agent: Agent | undefined;
  try {
    agent = await startAgent({
      ...program,
      server: "server",
      clientName: "conformance-agent",
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      // Accepts with nothing filled in: what comes back then are the defaults.
      onElicit: () => ({ action: "accept", content: {} }),
    });
    if (scenario !== "initialize") await useEverything(agent, new Person(program), context);
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
const end = await Promise.race([run(process.argv.at(-1) ?? "", process.env.MCP_CONFORMANCE_SCENARIO ?? ""), limit]);
process.stdout.write(`${JSON.stringify(end)}\n`, () => process.exit());
