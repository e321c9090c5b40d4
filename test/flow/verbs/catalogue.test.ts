/** What the catalogue knows of a server is in the snapshot, a moment after somebody first looked. */
import { expect, test } from "vitest";
import { runHub } from "./parts.ts";

test("a server of the catalogue has its id, whatever it is called here", async () => {
  const hub = await runHub({
    mine: { url: "https://mcp.linear.app/mcp" },
    sse: { url: "https://mcp.linear.app/sse", enabled: false },
    other: { url: "https://mcp.example.com/mcp" },
    local: { command: "npx", args: ["https://mcp.linear.app/mcp"] },
  });
  const known = new Promise<Record<string, string | null>>((resolve) => {
    hub.on("snapshot", ({ servers }) => {
      if (servers.some(({ catalogue }) => catalogue !== null))
        resolve(Object.fromEntries(servers.map(({ name, catalogue }) => [name, catalogue])));
    });
  });
  expect(hub.snapshot().servers.map(({ catalogue }) => catalogue)).toEqual([null, null, null, null]);
  expect(await known).toEqual({ mine: "linear", sse: "linear", other: null, local: null });
});
