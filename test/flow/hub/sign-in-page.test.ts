/** The page that an agent with URL elicitation may show: MCP 2025-11-25 client/elicitation, 2026-07-28 basic/patterns/mrtr. */
import { request } from "node:http";
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { ACCOUNTS } from "../../fixtures/authorization-server.ts";
import { startModernAgent } from "../../fixtures/modern-agent.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { makeWorld, PLAIN, type World } from "./parts.ts";

interface Offer {
  readonly mode?: string;
  readonly url: string;
  readonly message?: string;
  readonly elicitationId?: string;
}

const URL_MODE = { elicitation: { url: {} } };

async function legacyAgent(world: World, action: "accept" | "decline") {
  const agent = use(
    await startAgent({
      home: world.home.path,
      env: PLAIN,
      server: "acme",
      capabilities: URL_MODE,
      onElicit: () => ({ action }),
    }),
  );
  const offer = () =>
    waitFor("the offer", () => {
      const found = agent.received.find((text) => text.includes("elicitation/create"));
      return found === undefined ? undefined : (JSON.parse(found) as { params: Offer }).params;
    });
  return { agent, offer };
}

/** What a browser gets; `headers` as it would send them. */
function load(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; location: string; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { "sec-fetch-dest": "document", ...headers } }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? "", text }),
      );
    })
      .on("error", reject)
      .end();
  });
}

/** The person in the browser, from the page to the end. */
async function signInAt(location: string): Promise<void> {
  const person = { user: "ada", password: ACCOUNTS.ada ?? "", decision: "allow" as const };
  await fetch(await clickThrough(new URL(location), person));
}

test("a legacy agent is asked to show it, the call does not wait, and loading it is the click", async () => {
  const world = await makeWorld();
  const { agent, offer } = await legacyAgent(world, "accept");
  expect(await agent.callText("sign_in")).toContain("offered a page");
  const { mode, url, message, elicitationId } = await offer();
  expect({ mode, message }).toEqual({ mode: "url", message: expect.stringContaining("acme") });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in\/[\w-]{43}$/);
  // Nothing began by the agent's word alone.
  expect(world.as.records.authorizations).toHaveLength(0);
  expect((await world.server()).state).toBe("sign_in_required");

  const { status, location } = await load(url);
  expect(status).toBe(303);
  expect(location).toContain(`${world.as.issuer}/authorize?`);
  await signInAt(location);
  await agent.waitForToolsChanged();
  expect(await agent.callText("whoami")).toBe("ada");
  const complete = agent.received.find((text) => text.includes("notifications/elicitation/complete"));
  expect(JSON.parse(complete ?? "{}")).toMatchObject({ params: { elicitationId } });
  expect((await load(url)).status).toBe(410);
});

test("nobody but the person's browser at that very address begins anything, and a page that failed says why", async () => {
  const world = await makeWorld({}, {}, {});
  const { agent, offer } = await legacyAgent(world, "accept");
  await agent.callText("sign_in");
  const { url } = await offer();
  const { origin, port } = new URL(url);
  expect((await load(`${origin}/sign-in/${"A".repeat(43)}`)).status).toBe(404);
  expect((await load(`${origin}/sign-in/`)).status).toBe(404);
  expect((await load(url, { "sec-fetch-dest": "image" })).status).toBe(404);
  expect((await load(url, { "sec-purpose": "prefetch" })).status).toBe(404);
  expect((await load(url, { host: `acme.example:${port}` })).status).toBe(404);
  expect((await fetch(url, { method: "POST" })).status).toBe(404);
  expect((await world.server()).state).toBe("sign_in_required");

  await world.as.stop();
  const failed = await load(url);
  expect(failed.status).toBe(400);
  expect(failed.text).toContain("Not signed in to acme");
  expect(failed.location).toBe("");
});

test("a modern agent gets it with the result of its call, and its answer is the person's", async () => {
  const world = await makeWorld();
  const offers: Offer[] = [];
  const agent = use(
    await startModernAgent({
      home: world.home.path,
      env: PLAIN,
      server: "acme",
      capabilities: URL_MODE,
      onElicit: (params) => {
        offers.push(params as unknown as Offer);
        return { action: "accept" };
      },
    }),
  );
  expect(await agent.callText("sign_in")).toContain("agreed to sign in");
  expect(offers).toEqual([{ mode: "url", url: expect.any(String), message: expect.stringContaining("acme") }]);
  const { location } = await load(offers[0]?.url ?? "");
  await signInAt(location);
  await agent.waitForToolsChanged();
  expect(await agent.callText("whoami")).toBe("ada");
});

test("an agent that cannot show pages is offered none, and a no is only a no", async () => {
  const world = await makeWorld();
  const agent = await world.connect();
  expect(await agent.callText("sign_in")).not.toContain("page to sign in");
  const other = await legacyAgent(world, "decline");
  await other.agent.callText("sign_in");
  await other.offer();
  // Once it was declined the next call may ask again.
  await waitFor("another offer", async () => {
    await other.agent.callText("sign_in");
    return other.agent.received.filter((text) => text.includes("elicitation/create")).length > 1 || undefined;
  });
  expect(agent.received.some((text) => text.includes("elicitation"))).toBe(false);
  expect(world.as.records.authorizations).toHaveLength(0);
  expect((await world.login()).code).toBe(0);
  await other.agent.waitForToolsChanged();
  expect(other.agent.received.some((text) => text.includes("elicitation/complete"))).toBe(false);
});
