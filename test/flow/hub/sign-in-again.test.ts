/** Who is signed in signs in again. */
import { expect, test } from "vitest";
import { waitFor } from "../../fixtures/wait.ts";
import { makeWorld } from "./parts.ts";

test("calls in flight go on in the same server session, and the next one has the new token", async () => {
  const world = await makeWorld();
  const agent = await world.connect();
  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged();
  const changes = agent.changed.tools;
  let answered = false;
  const slow = agent.callText("slow", { steps: 1000, step_ms: 40 }).finally(() => {
    answered = true;
  });
  slow.catch(() => {});
  await waitFor("the call to arrive", () => world.acme.calls.some(({ tool }) => tool === "slow") || undefined);

  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged(changes);
  expect(await agent.callText("whoami")).toBe("ada");
  const [first, last] = [world.acme.calls.find(({ tool }) => tool === "slow"), world.acme.calls.at(-1)];
  expect(last?.token).not.toBe(first?.token);
  expect(last?.session).toBe(first?.session);
  expect(world.acme.opened).toHaveLength(1);
  expect(answered).toBe(false);
});
