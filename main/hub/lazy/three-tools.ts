/** All that the model's context holds in lazy mode. Every word here is paid for in every conversation. */

export const FIND = "find_tools";
export const DESCRIBE = "describe_tool";
export const CALL = "call_tool";

export const DEFAULT_LIMIT = 8;
export const MOST_HITS = 30;

export const THREE_TOOLS: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: FIND,
    title: "Find tools",
    description:
      "Search the tools of all connected servers by what you want to do. Answers names with one line each, best first. " +
      "Always look here before you say that something cannot be done.",
    inputSchema: {
      type: "object",
      properties: {
        query: {
          type: "string",
          description: "What you want to do, in a few words, with the service's name if you know it",
        },
        limit: { type: "integer", minimum: 1, maximum: MOST_HITS, default: DEFAULT_LIMIT },
      },
      required: ["query"],
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: DESCRIBE,
    title: "Describe a tool",
    description: "The full description of a tool and the schema of its arguments.",
    inputSchema: {
      type: "object",
      properties: { name: { type: "string", description: "As find_tools gave it" } },
      required: ["name"],
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: CALL,
    title: "Call a tool",
    description: "Call a tool that find_tools gave. Wrong arguments are answered with the tool's schema.",
    inputSchema: {
      type: "object",
      properties: {
        name: { type: "string", description: "As find_tools gave it" },
        arguments: { type: "object", description: "The tool's own arguments", additionalProperties: true },
      },
      required: ["name"],
    },
  },
];
