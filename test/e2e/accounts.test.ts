/** Several accounts at one server, in the real window: added, used, switched and removed by a person. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { startAgent } from "../fixtures/agent.ts";
import { startApp } from "../fixtures/app.ts";
import { ACCOUNTS, startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { tempFolder } from "../fixtures/children.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { keyringEntries } from "../fixtures/keyring.ts";
import { clickThrough } from "../fixtures/oauth-client.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { type Tray, watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

/** Stands in the browser's place: hands the addresses that it is given to the test, which clicks them through. */
function makeBrowser() {
  const folder = use(tempFolder("browser"));
  const urls = join(folder.path, "urls");
  const command = join(folder.path, "browser");
  writeFileSync(urls, "");
  writeFileSync(command, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${urls}'\n`);
  chmodSync(command, 0o700);
  let taken = 0;
  return {
    command,
    async signInAs(user: string): Promise<void> {
      const url = await waitFor("the browser", () => readFileSync(urls, "utf8").split("\n").slice(0, -1)[taken]);
      taken += 1;
      await fetch(await clickThrough(new URL(url), { user, password: ACCOUNTS[user] ?? "" }));
    },
  };
}

test("a second account is added, becomes the default one, and is removed", async () => {
  const desktop = use(await startDesktop());
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const tray: Tray = use(await watchTray(desktop.env));
  const home = use(makeHome({ acme: { url: acme.url } }));
  const browser = makeBrowser();
  const env = { ...desktop.env, GATEHOUSE_BROWSER: browser.command };
  const app = use(await startApp({ home: home.path, env }));
  const page: Page = await app.window();
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const card = (account: string): Locator => page.getByRole("region", { name: `Account ${account}`, exact: true });
  const agent = use(await startAgent({ home: home.path, env, server: "acme" }));

  await page.getByRole("listitem", { name: "acme" }).getByRole("button", { name: "Sign in", exact: true }).click();
  await browser.signInAs("ada");
  await agent.waitForToolsChanged();
  expect(await agent.callText("whoami")).toBe("ada");

  await page.getByRole("button", { name: "Details" }).click();
  await card("default").waitFor();
  await button("Add another account").click();
  const field = page.getByLabel("Name of the account");
  await field.fill("no:way");
  await page.getByText("and first a letter or digit").waitFor();
  await button("Sign in to it").click();
  await field.fill("work");
  await page.getByText("For agents it is acme@work").waitFor();
  await button("Sign in to it").click();
  await browser.signInAs("grace");
  await card("work").getByText("Signed in", { exact: true }).waitFor();
  await card("default").getByText("Used by default").waitFor();
  expect(await agent.callText("whoami")).toBe("ada");
  const entries = (await keyringEntries(desktop.env)).map(({ attributes }) => attributes.username);
  expect(entries.filter((name) => name?.startsWith("acme")).sort()).toEqual(
    [`acme:${new URL(acme.url).origin}`, `acme@work:${new URL(acme.url).origin}`].sort(),
  );

  const told = agent.changed.tools;
  await tray.waitForLabel("Sign out of acme as work");
  await tray.click("Use work by default");
  await agent.waitForToolsChanged(told);
  expect(await agent.callText("whoami")).toBe("grace");
  await card("work").getByText("Used by default").waitFor();

  await button("Use your account by default").click();
  await agent.waitForToolsChanged(told + 1);
  expect(await agent.callText("whoami")).toBe("ada");
  await button("Remove work").click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await card("work").waitFor({ state: "detached" });
  await tray.waitForLabel("Sign out of acme");
  expect(as.records.count("revoke")).toBe(2);
  expect((await keyringEntries(desktop.env)).filter(({ attributes }) => attributes.username?.includes("work"))).toEqual(
    [],
  );
  expect(await agent.callText("whoami")).toBe("ada");
});
