/** The two agents that the suite meets, as one: the SDK's client of the legacy era and its successor of the modern one. */
import { z } from "zod";
import { startAgent } from "../fixtures/agent.ts";
import { startModernAgent } from "../fixtures/modern-agent.ts";
import type { ProgramOptions } from "../fixtures/program.ts";
import type { AgentEra } from "./sets.ts";

export interface ToolCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

export interface Tool {
  readonly name: string;
  /** Type by argument. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Rejections are the SDK's own; an error of the hub's has its code in `data.code`. */
export interface Driver {
  readonly changed: { readonly tools: number };
  /** What the server is said to have. */
  has(capability: "resources" | "prompts"): boolean;
  listTools(): Promise<Tool[]>;
  callTool(call: ToolCall): Promise<void>;
  resources(): Promise<string[]>;
  readResource(uri: string): Promise<void>;
  prompts(): Promise<string[]>;
  getPrompt(name: string): Promise<void>;
  waitForToolsChanged(count: number, timeoutMs: number): Promise<void>;
  stderr(): string;
  close(): Promise<void>;
}

const NAME = "conformance-agent";
/** Everything that the suite looks for; what is not declared it would skip. */
const CAPABILITIES = { elicitation: { form: { applyDefaults: true } }, roots: {}, sampling: {} };
/** Accepts with nothing filled in: what comes back then are the defaults. */
const ACCEPT = { action: "accept" as const, content: {} };
const properties = z.record(z.string(), z.object({ type: z.unknown().optional() }));

export async function startDriver(era: AgentEra, program: ProgramOptions): Promise<Driver> {
  const agent =
    era === "legacy"
      ? await startAgent({
          ...program,
          server: "server",
          clientName: NAME,
          capabilities: CAPABILITIES,
          onElicit: () => ACCEPT,
        })
      : await startModernAgent({
          ...program,
          server: "server",
          clientName: NAME,
          capabilities: CAPABILITIES,
          onElicit: () => ACCEPT,
        });
  const { client } = agent;
  return {
    changed: agent.changed,
    has: (capability) => client.getServerCapabilities()?.[capability] !== undefined,
    listTools: async () =>
      (await client.listTools()).tools.map(({ name, inputSchema }) => ({
        name,
        arguments: Object.fromEntries(
          Object.entries(properties.parse(inputSchema.properties ?? {})).map(([argument, { type }]) => [
            argument,
            type,
          ]),
        ),
      })),
    callTool: async (call) => void (await client.callTool(call)),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    readResource: async (uri) => void (await client.readResource({ uri })),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    getPrompt: async (name) => void (await client.getPrompt({ name })),
    waitForToolsChanged: (count, timeoutMs) => agent.waitForToolsChanged(count, timeoutMs),
    stderr: () => agent.stderr(),
    close: () => agent.close(),
  };
}
