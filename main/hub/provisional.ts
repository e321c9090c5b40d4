/** What the hub itself says to an agent while the server cannot be asked: the handshake, the one tool, empty lists. */
import type { ErrorObject } from "../../preload/api.ts";
import { record } from "../jsonrpc.ts";
import { VERSION } from "../version.ts";

/** The tool that a server in need of a sign-in offers instead of its own. */
export const SIGN_IN_TOOL = "sign_in";

/** Oldest first. */
export const LEGACY_VERSIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
export const NEWEST_LEGACY = "2025-11-25";

/** What a server answered to `initialize` the last time. */
export interface KnownServer {
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly serverInfo: Readonly<Record<string, unknown>>;
  readonly instructions: string | null;
}

/**
 * The handshake's answer when the server's own is not to be had. All lists may change: they will, once the server can
 * be asked. What is remembered of the server goes in.
 */
export function initializeResult(
  server: string,
  asked: unknown,
  known: KnownServer | null,
  why: ErrorObject | null,
): Record<string, unknown> {
  const changing = { listChanged: true };
  const remembered = known?.capabilities ?? {};
  return {
    protocolVersion: typeof asked === "string" && LEGACY_VERSIONS.includes(asked) ? asked : NEWEST_LEGACY,
    capabilities: {
      logging: {},
      completions: {},
      ...remembered,
      tools: { ...record(remembered.tools), ...changing },
      prompts: { ...record(remembered.prompts), ...changing },
      resources: { subscribe: true, ...record(remembered.resources), ...changing },
    },
    serverInfo: known?.serverInfo ?? { name: server, version: VERSION },
    ...instructions(known, why),
  };
}

function instructions(known: KnownServer | null, why: ErrorObject | null): { instructions?: string } {
  const parts = [known?.instructions ?? null, why === null ? null : `${why.message} ${why.suggestion}`];
  const text = parts.filter((part) => part !== null).join("\n\n");
  return text === "" ? {} : { instructions: text };
}

export function signInTool(server: string): unknown {
  return {
    name: SIGN_IN_TOOL,
    title: `Sign in to ${server}`,
    description:
      `${server} needs the user to sign in before its tools can be used. Call this to learn what to tell the user. ` +
      "It opens nothing by itself; the user signs in with one click, and the server's own tools then appear here.",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  };
}

/** The result of calling {@link signInTool}. `note`: a sentence on what else was done. */
export function signInToolResult(error: ErrorObject, note: string | null): unknown {
  const said = note === null ? error.message : `${error.message} ${note}`;
  const text = `${said} ${error.suggestion}. No restart is needed: the tools appear here by themselves afterwards.`;
  return {
    content: [{ type: "text", text: text.replace(/\.\. No/u, ". No") }],
    structuredContent: error,
    isError: false,
  };
}

export function alreadySignedIn(server: string): unknown {
  const text = `You are signed in to ${server}. List its tools again: they are there now.`;
  return { content: [{ type: "text", text }], isError: false };
}

/** The empty answer to a list that only the server could fill; null for every other method. */
export function emptyList(method: string): unknown {
  switch (method) {
    case "tools/list":
      return { tools: [] };
    case "prompts/list":
      return { prompts: [] };
    case "resources/list":
      return { resources: [] };
    case "resources/templates/list":
      return { resourceTemplates: [] };
    default:
      return null;
  }
}
