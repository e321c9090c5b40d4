/** The reference server through the shim says what it says directly, message by message, over each transport. */
import { expect, test } from "vitest";
import { everythingServer } from "../../fixtures/everything.ts";
import { startEverythingHttp } from "../../fixtures/everything-http.ts";
import { makeHome } from "../../fixtures/home.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "../hub/parts.ts";
import { type Heard, play } from "./conversation.ts";
import { normalise } from "./normalise.ts";
import { SCRIPT } from "./script.ts";
import { gatehouseWire, programWire, sseWire, streamableWire, type Wire } from "./wire.ts";

const TRIES = 5;
const LIMIT = 300_000;

/** Both ways to the same kind of server, each with a server of its own: what one leaves behind, the other does not find. */
async function compare(direct: () => Promise<Wire>, entry: () => Promise<object>): Promise<void> {
  const home = use(makeHome({ everything: await entry() }));
  const through = async (): Promise<Wire> => gatehouseWire("everything", { home: home.path, env: PLAIN });
  const [expected, got] = (await Promise.all([transcript(direct), transcript(through)])).map(normalise);
  expect(got).toEqual(expected);
  expect(missing(got ?? [])).toEqual([]);
}

async function transcript(open: () => Promise<Wire>): Promise<Heard[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    const wire = await open();
    try {
      const heard = await play(wire, SCRIPT);
      if (heard !== null) return heard;
    } finally {
      await wire.close();
    }
  }
  throw new Error("this machine is too slow for what the server does by the clock");
}

/** What the script left out, or what went by without being seen. */
function missing(heard: readonly Heard[]): string[] {
  const all = JSON.stringify(heard);
  const list = heard.find(({ step }) => step.startsWith("tools/list"))?.inOrder[0]?.result as
    | { tools: { name: string }[] }
    | undefined;
  const called = new Set(
    SCRIPT.filter(({ method }) => method === "tools/call").map(({ params }) => (params as { name?: string })?.name),
  );
  const uncalled = (list?.tools ?? [{ name: "tools/list" }])
    .map(({ name }) => name)
    .filter((name) => !called.has(name));
  const unseen = [
    "roots/list",
    "sampling/createMessage",
    "elicitation/create",
    "tasks/get",
    "tasks/result",
    "notifications/message",
    "notifications/progress",
    "notifications/resources/updated",
    "notifications/resources/list_changed",
    "notifications/tasks/status",
  ].filter((method) => !all.includes(`"method":"${method}"`));
  return [...uncalled, ...unseen];
}

test("over stdio", { timeout: LIMIT }, async () => {
  const server = everythingServer();
  const home = use(makeHome());
  await compare(
    async () => programWire(server.command, server.args, { home: home.path, env: PLAIN }),
    async () => server,
  );
});

test("over streamable HTTP", { timeout: LIMIT }, async () => {
  const direct = use(await startEverythingHttp("streamableHttp"));
  const behind = use(await startEverythingHttp("streamableHttp"));
  await compare(
    async () => streamableWire(direct.url),
    async () => ({ url: behind.url }),
  );
});

test("over the older SSE", { timeout: LIMIT }, async () => {
  const direct = use(await startEverythingHttp("sse"));
  const behind = use(await startEverythingHttp("sse"));
  await compare(
    () => sseWire(direct.url),
    async () => ({ type: "sse", url: behind.url }),
  );
});
