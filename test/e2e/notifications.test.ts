/** From an agent's call to the desktop's notification to the person's click: real hub, real servers, real browser. */
import { expect, test } from "vitest";
import { startAgent } from "../fixtures/agent.ts";
import { startApp } from "../fixtures/app.ts";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startBrowser } from "../fixtures/browser.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { watchNotifications } from "../fixtures/notifications.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

test("an agent meets a sign-in, then a tool that wants more: a notification each, and a click settles it", async () => {
  const desktop = use(await startDesktop());
  const tray = use(await watchTray(desktop.env));
  const desk = use(await watchNotifications(desktop.env));
  const as = use(await startAuthorizationServer({ accessTokenTtlS: 3600 }));
  const acme = use(await startProtectedServer({ issuer: as, toolScopes: { add: "mcp:sums" } }));
  const browser = use(await startBrowser());
  const home = use(makeHome({ acme: { type: "streamable-http", url: acme.url } }));
  const env = { ...desktop.env, GATEHOUSE_BROWSER: browser.command };
  const app = use(await startApp({ home: home.path, env, args: ["--hidden"] }));
  await tray.waitForItem();
  await tray.waitForLabel("Sign in to acme");
  // That it is needed was found out at the start; nobody was kept from anything yet.
  expect(desk.sent()).toEqual([]);

  const agent = use(await startAgent({ home: home.path, env, server: "acme", clientName: "Claude" }));
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  await agent.client.callTool({ name: "sign_in", arguments: {} });
  const signIn = await desk.waitFor("acme needs you to sign in");
  expect(signIn.body).toBe("Claude wants to use it. Click to sign in, in your own browser.");
  // The agent's word alone opens nothing.
  expect(browser.pages()).toHaveLength(0);
  const before = agent.changed.tools;
  desk.click(signIn);
  await browser.signIn(await browser.waitForPage(as.issuer));
  await agent.waitForToolsChanged(before);
  expect(await agent.callText("whoami")).toBe("ada");
  expect(desk.shown()).toEqual([]);

  await expect(agent.callText("add", { a: 1, b: 2 })).rejects.toThrow();
  const more = await desk.waitFor("acme wants more access");
  expect(more.body).toBe("Claude called add, which needs “mcp:sums”. Click to look at it, in your own browser.");
  const tabs = browser.pages().length;
  desk.click(more);
  await browser.signIn(await waitFor("the consent page", () => browser.pages()[tabs]));
  const sum = await waitFor("the call to work", () => agent.callText("add", { a: 1, b: 2 }).catch(() => undefined));
  expect(sum).toBe("3");
  expect(desk.shown()).toEqual([]);
  // One for each need, however often it was met.
  expect(desk.sent().map(({ title }) => title)).toEqual(["acme needs you to sign in", "acme wants more access"]);
  expect(app.isGone()).toBe(false);
});
