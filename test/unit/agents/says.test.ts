/** What `npm run agents` makes of agents' words: lines that they really printed, when it worked and when it did not. */
import { expect, test } from "vitest";
import { SAYS } from "../../agents/says.ts";

const COMMAND = "/usr/bin/node /opt/a/gatehouse.cjs connect";

test.each([
  ["claude-code", `Checking MCP server health…\n\ngatehouse: ${COMMAND} - ✔ Connected\n`],
  ["gemini", `Configured MCP servers:\n\n✓ gatehouse: ${COMMAND} (stdio) - Connected\n`],
  ["opencode", `\n┌  MCP Servers\n│\n●  ✓ gatehouse connected\n│      ${COMMAND}\n│\n└  1 server(s)\n`],
  ["mcporter", "mcporter 0.12.3 — Listing 1 server(s)\n- gatehouse (13 tools, 0.6s)\n✔ Listed 1 server (1 healthy).\n"],
  ["codex", `Name  Command  Args  Env  Cwd  Status  Auth\ngatehouse  ${COMMAND}  A=*****  -  enabled  Unsupported\n`],
])("%s is connected", (client, output) => {
  const verdict = SAYS[client]?.judge(output);
  expect(verdict?.connected).toBe(true);
  expect(verdict?.said).toContain("gatehouse");
  expect(verdict?.said).not.toContain("/opt");
});

test.each([
  ["claude-code", `gatehouse: ${COMMAND} - ✘ Failed to connect — CONNECTION_CLOSED: connection closed\n`],
  ["claude-code", "No MCP servers configured. Use `claude mcp add` to add a server.\n"],
  ["claude-code", `other: ${COMMAND} - ✔ Connected\n`],
  ["gemini", `Configured MCP servers:\n\n✗ gatehouse: ${COMMAND} (stdio) - Disconnected\n`],
  ["opencode", `●  ✗ gatehouse failed\n│      MCP error -32000: Connection closed\n│      ${COMMAND}\n`],
  ["opencode", "▲  No MCP servers configured\n"],
  ["mcporter", "- gatehouse (offline — unable to reach server, 0.0s)\n✔ Listed 1 server (0 healthy; 1 offline).\n"],
  ["mcporter", "- gatehouse (0 tools, 0.1s)\n"],
  ["codex", `gatehouse  ${COMMAND}  A=*****  -  disabled  Unsupported\n`],
])("%s is not", (client, output) => {
  expect(SAYS[client]?.judge(output).connected).toBe(false);
});
