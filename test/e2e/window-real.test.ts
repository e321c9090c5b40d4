/** The whole way in the real app: a pasted line, a sign-in, an agent's own file changed and put back. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { startAgent } from "../fixtures/agent.ts";
import { startApp } from "../fixtures/app.ts";
import { ACCOUNTS, startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { tempFolder } from "../fixtures/children.ts";
import { type Desktop, startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { keyringEntries } from "../fixtures/keyring.ts";
import { clickThrough } from "../fixtures/oauth-client.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
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
  return {
    command,
    async signInAs(user: string): Promise<void> {
      const url = await waitFor("the browser", () => readFileSync(urls, "utf8").split("\n")[0] || undefined);
      await fetch(await clickThrough(new URL(url), { user, password: ACCOUNTS[user] ?? "" }));
    },
  };
}

/** The real app of a person who has Cursor, whose file says this. */
async function startFor(desktop: Desktop, cursorFile: string) {
  const person = use(tempFolder("person"));
  const file = join(person.path, ".cursor", "mcp.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, cursorFile);
  const home = use(makeHome());
  const browser = makeBrowser();
  const env = { ...desktop.env, HOME: person.path, GATEHOUSE_BROWSER: browser.command };
  const app = use(await startApp({ home: home.path, env }));
  const page = await app.window();
  const dialog = (name: string): Locator => page.getByRole("dialog", { name });
  const add = dialog("Add server");
  return { file, home, browser, env, page, dialog, add };
}

const OWN = `{
  // Kept as it is.
  "mcpServers": {
    "mine": { "command": "/bin/true" }
  }
}
`;

test("a pasted line is added, signed in to, given to Cursor, used, and taken from it again", async () => {
  const desktop = use(await startDesktop());
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const { file, home, browser, env, page, dialog, add } = await startFor(desktop, OWN);

  await page.getByRole("button", { name: "Add server", exact: true }).first().click();
  await add.getByRole("textbox", { name: "URL" }).fill(`claude mcp add --transport http acme ${acme.url}`);
  await add.getByText("Needs a sign-in at 127.0.0.1").waitFor();
  expect(await add.getByRole("textbox", { name: "Name" }).inputValue()).toBe("acme");
  await add.getByRole("button", { name: "Add", exact: true }).click();
  await add.getByText("acme is added").waitFor();
  expect(JSON.parse(home.readServers())).toEqual({ mcpServers: { acme: { url: acme.url } } });
  await add.getByRole("listitem", { name: "acme" }).getByRole("button", { name: "Sign in" }).click();
  await browser.signInAs("ada");
  await add.getByText("Ready for every agent").waitFor();
  await add.getByRole("button", { name: "Connect an agent" }).click();

  const cursor = page.getByRole("listitem", { name: "Cursor", exact: true });
  await cursor.getByText("1 server of its own").waitFor();
  await cursor.getByRole("button", { name: "Connect Cursor" }).click();
  await dialog("Connect Cursor").getByText(file, { exact: true }).waitFor();
  await dialog("Connect Cursor").getByText('"connect"').first().waitFor();
  expect(readFileSync(file, "utf8")).toBe(OWN);
  await dialog("Connect Cursor").getByRole("button", { name: "Connect", exact: true }).click();
  await cursor.getByText("Uses all servers").waitFor();
  const changed = readFileSync(file, "utf8");
  expect(changed).toContain("// Kept as it is.");
  expect(changed).toContain('"connect"');

  const agent = use(await startAgent({ home: home.path, env, server: "acme" }));
  expect(await agent.callText("whoami")).toBe("ada");
  await page.getByRole("navigation").getByRole("button", { name: "Activity" }).click();
  await page.getByRole("button", { name: /Done .*whoami acme/ }).waitFor();
  await page.getByRole("button", { name: /Done .*Signed in acme/ }).waitFor();

  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByText("Cursor has its settings back").waitFor();
  expect(readFileSync(file, "utf8")).toBe(OWN);
});

const WITH_TOKEN = (url: string): string => `{
  "mcpServers": {
    "tracker": { "url": "${url}", "headers": { "X-Api-Key": "sk-live-4f9a1b7c2d8e6053" } }
  }
}
`;

test("a server with a token in an agent's file moves to Gatehouse, its token to the keychain, and back", async () => {
  const desktop = use(await startDesktop());
  const tracker = use(await startProtectedServer());
  const before = WITH_TOKEN(tracker.url);
  const { file, home, page, add } = await startFor(desktop, before);

  await page.getByRole("navigation").getByRole("button", { name: "Agents" }).click();
  const cursor = page.getByRole("listitem", { name: "Cursor", exact: true });
  await cursor.getByText("A token stands in its file in plain text").waitFor();
  await cursor.getByRole("button", { name: /Take over its own servers/ }).click();
  await add.getByText("1 secret moves to the keychain").waitFor();
  await add.getByRole("button", { name: "Add", exact: true }).click();
  await add.getByText("tracker is added").waitFor();
  await add.getByText("Cursor reaches them through Gatehouse now").waitFor();
  expect(readFileSync(file, "utf8")).not.toContain("sk-live");
  expect(home.readServers()).not.toContain("sk-live");
  const secrets = await keyringEntries(desktop.env);
  expect(JSON.stringify(secrets)).toContain("tracker");
  expect(await page.content()).not.toContain("sk-live");

  await add.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Taken back.").waitFor();
  expect(readFileSync(file, "utf8")).toBe(before);
  expect(JSON.parse(home.readServers())).toEqual({ mcpServers: {} });
});
