import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { startApp } from "../fixtures/app.ts";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { type SignInSteps, startBrowser, type TestBrowser } from "../fixtures/browser.ts";
import { startChild, tempFolder } from "../fixtures/children.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { keyringEntries, lockKeyring } from "../fixtures/keyring.ts";
import { authorizationRequest, exchangeCode, registerClient } from "../fixtures/oauth-client.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { fixturesFolder, repoRoot } from "../fixtures/root.ts";
import { watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

const run = promisify(execFile);

/** A loopback page like the one an application ends a sign-in with; remembers what it was called with. */
async function startCallback() {
  const calls: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/callback") calls.push(url.searchParams);
    response.setHeader("content-type", "text/html").end("<p>You can close this tab.</p>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  use({ close: () => void server.close().closeAllConnections() });
  return { calls, redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback` };
}

async function openWith(browser: TestBrowser, url: URL): Promise<Page> {
  await run(browser.command, [url.href]);
  return browser.waitForPage(url.origin);
}

describe("browser", () => {
  async function startFlow() {
    const as = use(await startAuthorizationServer());
    const server = use(await startProtectedServer({ issuer: as }));
    const callback = await startCallback();
    const client = await registerClient(as.issuer);
    const options = { resource: server.url, scope: "mcp:tools", redirectUri: callback.redirectUri };
    return { as, server, callback, client, attempt: authorizationRequest(as.issuer, client, options) };
  }

  test.each(["light", "dark"] as const)("a person signs in, in %s", async (colorScheme) => {
    const { as, server, callback, client, attempt } = await startFlow();
    const browser = use(await startBrowser({ colorScheme }));
    const pictures = use(tempFolder("pictures"));
    const kept = process.env.GATEHOUSE_TEST_PICTURES;
    const steps: SignInSteps = { pictures: kept === undefined ? pictures.path : join(kept, colorScheme) };

    const page = await openWith(browser, attempt.url);
    const seen = await browser.signIn(page, steps);
    expect(seen.login).toContain("Test client");
    expect(seen.consent).toContain("Allow Test client?");
    expect(seen.consent).toContain(server.url);
    expect(seen.end).toBe("You can close this tab.");
    expect(callback.calls.map((call) => call.get("state"))).toEqual([attempt.state]);
    const picture = readFileSync(join(steps.pictures ?? "", "consent.png"));
    expect(picture.subarray(1, 4).toString()).toBe("PNG");

    const code = callback.calls[0]?.get("code") ?? "";
    const answer = await exchangeCode(as.issuer, client, attempt, code, server.url);
    expect(answer).toMatchObject({ status: 200, body: { refresh_token: expect.any(String) } });

    // Signed in there already: the second time only consent is asked for.
    const again = await openWith(browser, attempt.url);
    expect(await browser.signIn(browser.pages().at(-1) ?? again)).not.toHaveProperty("login");
  });

  test("a person says no", async () => {
    const { as, callback, attempt } = await startFlow();
    const browser = use(await startBrowser());
    await browser.signIn(await openWith(browser, attempt.url), { allow: false });
    expect(callback.calls.map((call) => call.get("error"))).toEqual(["access_denied"]);
    expect(as.records.issued.codes).toEqual([]);
  });
});

describe("keyring", () => {
  /** The library that Gatehouse keeps its grants with, in a process of that desktop. */
  async function keyringCall(env: NodeJS.ProcessEnv, expression: string): Promise<string> {
    const script = `
      const { AsyncEntry } = require("@napi-rs/keyring");
      const use = async () => {
        const entry = new AsyncEntry("gatehouse-test", "someone", { linux: { store: "secret-service" } });
        return ${expression};
      };
      use().then((value) => console.log(value ?? "nothing"), (error) => console.log("failed: " + error.message));`;
    const { stdout } = await run(process.execPath, ["-e", script], { env, cwd: repoRoot, timeout: 3000 });
    return stdout.trim();
  }

  test("keeps what is stored, for all to see who may", async () => {
    const { env } = use(await startDesktop({ display: false }));
    const long = "x".repeat(5000);
    await keyringCall(env, `entry.setPassword("${long}")`);
    expect(await keyringCall(env, "entry.getPassword()")).toBe(long);
    const entries = await keyringEntries(env);
    expect(entries).toMatchObject([{ attributes: { service: "gatehouse-test", username: "someone" }, secret: long }]);
  });

  test("gives nothing while locked", async () => {
    const { env } = use(await startDesktop({ display: false }));
    await keyringCall(env, `entry.setPassword("behind the lock")`);
    await lockKeyring(env);
    const answer = await keyringCall(env, "entry.getPassword()").catch((error: Error) => `failed: ${error.message}`);
    expect(answer).toMatch(/^failed: /);

    const born = use(await startDesktop({ display: false, keyring: "locked" }));
    const refused = await keyringCall(born.env, `entry.setPassword("nowhere")`).catch(
      (error: Error) => `failed: ${error}`,
    );
    expect(refused).toMatch(/^failed: /);
  });

  test("can be absent", async () => {
    const { env } = use(await startDesktop({ display: false, keyring: "absent" }));
    expect(await keyringCall(env, `entry.setPassword("nowhere")`)).toMatch(/^failed: /);
    expect(await keyringEntries(env)).toEqual([]);
  });
});

test("the tray reads and clicks a real menu", async () => {
  const { env } = use(await startDesktop({ keyring: false }));
  const tray = use(await watchTray(env));
  const folder = use(tempFolder("tray-app"));
  writeFileSync(join(folder.path, "package.json"), JSON.stringify({ name: "tray-app", main: "main.cjs" }));
  writeFileSync(
    join(folder.path, "main.cjs"),
    `const { app, BrowserWindow, Menu, nativeImage, Tray } = require("electron");
    app.whenReady().then(() => {
      const tray = new Tray(nativeImage.createFromBitmap(Buffer.alloc(16 * 16 * 4, 255), { width: 16, height: 16 }));
      tray.setToolTip("Two servers need you");
      const show = (first) => tray.setContextMenu(Menu.buildFromTemplate([
        { label: first, click: () => show("Clicked") },
        { label: "Rhyme && reason", enabled: false },
        { label: "snake_case_name" },
        { type: "separator" },
        { label: "More", submenu: [{ label: "Deep down", click: () => console.log("deep click") }] },
      ]));
      show("Press");
      globalThis.keep = tray;
      new BrowserWindow({ show: true, title: "Tray app" }).loadURL("data:text/html,<h1>Hello</h1>");
    });`,
  );
  mkdirSync(join(folder.path, "home"));
  const app = use(await startApp({ home: join(folder.path, "home"), env, folder: folder.path }));
  await tray.waitForItem();
  await tray.waitForLabel("Press");
  expect(await tray.labels()).toEqual(["Press", "Rhyme & reason", "snake_case_name", "More", "Deep down"]);
  expect((await tray.menu()).map((item) => [item.type, item.enabled])).toEqual([
    ["item", true],
    ["item", false],
    ["item", true],
    ["separator", true],
    ["item", true],
  ]);
  await expect(tray.click("Rhyme & reason")).rejects.toThrow("disabled");
  await expect(tray.click("Not there")).rejects.toThrow("no entry");
  await tray.click("Press");
  await tray.waitForLabel(/^Clicked$/);
  await tray.click("Deep down");
  await waitFor("the click", () => (app.log().includes("deep click") ? true : undefined));
  expect(await tray.status()).toMatchObject({ hasIcon: true, status: "Active", tooltip: "Two servers need you" });
  const page = await app.window();
  expect(await page.locator("h1").textContent()).toBe("Hello");
  await app.quit();
  await waitFor("the icon to go", () => (tray.hasItem() ? undefined : true));
});

test("nothing is left behind when the parent is killed", async () => {
  const folder = use(tempFolder("killed"));
  const script = join(folder.path, "parent.mjs");
  symlinkSync(join(repoRoot, "node_modules"), join(folder.path, "node_modules"));
  await build({
    stdin: {
      contents: `import { startDesktop } from "./desktop.ts"; import { startBrowser } from "./browser.ts";
        const [desktop, browser] = await Promise.all([startDesktop(), startBrowser()]);
        console.log(JSON.stringify({ env: desktop.env, command: browser.command }) + "\\n");`,
      resolveDir: fixturesFolder,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: script,
    packages: "external",
    define: { "import.meta.dirname": JSON.stringify(fixturesFolder) },
    logLevel: "error",
  });
  const parent = startChild(process.execPath, [script], { cwd: repoRoot });
  const line = await waitFor("the parent", () => /^\{.*\}$/m.exec(parent.output())?.[0]);
  const { env, command } = JSON.parse(line) as { env: Record<string, string>; command: string };
  expect(existsSync(env.HOME ?? "")).toBe(true);
  parent.process.kill("SIGKILL");
  await parent.exited;
  await waitFor("the folders to go", () =>
    existsSync(env.HOME ?? "") || existsSync(dirname(command)) ? undefined : true,
  );
  const { stdout } = await run("ps", ["-eo", "args"]);
  expect(stdout).not.toContain(env.XDG_RUNTIME_DIR);
  expect(stdout).not.toContain(dirname(command));
  expect(existsSync(`/tmp/.X${env.DISPLAY?.slice(1)}-lock`)).toBe(false);
});
