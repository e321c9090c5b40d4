/** The window, the bridge and the tray, in the real Electron, around a hub that the test scripts. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ActivityRecord, METHODS, SHELL_METHODS } from "../../preload/api.ts";
import type { LogLine } from "../../preload/api-config.ts";
import { electronExecutable } from "../fixtures/app.ts";
import { type Desktop, startDesktop } from "../fixtures/desktop.ts";
import { type Home, makeHome } from "../fixtures/home.ts";
import { repoRoot } from "../fixtures/root.ts";
import { type Tray, watchTray } from "../fixtures/tray.ts";
import { waitFor } from "../fixtures/wait.ts";
import * as offered from "../fixtures-window/contents.ts";
import { buildScripted, type ScriptedApp, type ScriptedFolder, startScripted } from "../fixtures-window/launch.ts";
import * as made from "../fixtures-window/snapshots.ts";

const PICTURES = join(repoRoot, "out", "pictures", "window");

let desktop: Desktop;
let folder: ScriptedFolder;
let home: Home;
let tray: Tray;
let app: ScriptedApp;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  desktop = await startDesktop({ keyring: "absent" });
  tray = await watchTray(desktop.env);
  folder = await buildScripted();
  home = makeHome();
  app = await startScripted({ home: home.path, env: desktop.env, folder: folder.path });
  page = await open();
});

afterAll(async () => {
  await app?.close();
  tray?.close();
  await home?.close();
  await folder?.close();
  await desktop?.close();
});

beforeEach(async () => {
  await page.keyboard.press("Escape");
  await app.forgetAnswers();
  await app.set(made.snapshot({}));
  await page.keyboard.press("Control+1");
  await app.forgetCalls();
});

async function open(): Promise<Page> {
  const opened = await app.window();
  opened.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(String(error)));
  await opened.getByRole("heading", { name: "Servers" }).waitFor();
  return opened;
}

const row = (name: string): Locator => page.getByRole("listitem", { name, exact: true });
const button = (name: string): Locator => page.getByRole("button", { name, exact: true });

describe("the page is locked in", () => {
  // What is refused here is complained of in the console, as it should be.
  afterAll(() => void complaints.splice(0));

  test("no Node, no Electron, and exactly the contract", async () => {
    const found = await page.evaluate(() => ({
      require: typeof Reflect.get(window, "require"),
      process: typeof Reflect.get(window, "process"),
      electron: typeof Reflect.get(window, "electron"),
      origin: location.origin,
      bridge: Object.keys(window.gatehouse).sort(),
    }));
    expect(found).toEqual({
      require: "undefined",
      process: "undefined",
      electron: "undefined",
      origin: "app://gatehouse",
      bridge: [...METHODS, ...SHELL_METHODS, "on"].sort(),
    });
  });

  test("the bridge subscribes to events of the contract only", async () => {
    const refused = await page.evaluate(() => {
      try {
        Reflect.apply(window.gatehouse.on, null, ["signInProgress", () => undefined]);
        return "subscribed";
      } catch (error) {
        return String(error);
      }
    });
    expect(refused).toContain("unknown event");
  });

  test("inline and evaluated script does not run", async () => {
    const result = await page.evaluate(() => {
      const attempt = (run: () => unknown): string => {
        try {
          return String(run());
        } catch (error) {
          return error instanceof Error ? error.name : "thrown";
        }
      };
      const inline = attempt(() => {
        const script = document.createElement("script");
        script.append("window.inlineRan = true");
        document.body.append(script);
        script.remove();
        return Reflect.get(window, "inlineRan");
      });
      const markup = attempt(() => {
        const holder = document.createElement("div");
        holder.innerHTML = "<b>markup</b>";
        return holder.innerHTML;
      });
      // In a task of the page's own: what the debugger evaluates directly is exempt from the policy.
      const evaluated = new Promise<string>((resolve) => {
        setTimeout(() => resolve(attempt(() => new Function("return 1")())));
      });
      return evaluated.then((outcome) => ({ inline, markup, evaluated: outcome }));
    });
    expect(result.inline).not.toBe("true");
    expect(result.markup).toBe("TypeError");
    expect(result.evaluated).toMatch(/Error$/);
  });

  test("it goes nowhere, opens nothing and fetches nothing", async () => {
    const opened = await page.evaluate(() => window.open("https://example.com/") === null);
    expect(opened).toBe(true);
    await page.evaluate(() => {
      location.href = "https://example.com/";
    });
    await page.evaluate(() => {
      const link = document.createElement("a");
      link.href = "file:///etc/passwd";
      document.body.append(link);
      link.click();
      link.remove();
    });
    const fetched = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(String, () => "refused"));
    expect(fetched).toBe("refused");
    const asked = await page.evaluate(async () => (await navigator.permissions.query({ name: "geolocation" })).state);
    expect(asked).toBe("denied");
    expect(page.url()).toBe("app://gatehouse/index.html");
    expect(await app.windows()).toBe(1);
    // Playwright would wait for the refused navigation for ever.
    await page.reload();
    await button("Add server").waitFor();
  });

  test("app:// gives out the page's files and nothing beside them", async () => {
    const statuses = await app.app.evaluate(async ({ session }) => {
      const status = async (path: string): Promise<number> =>
        (await session.defaultSession.fetch(`app://gatehouse/${path}`)).status;
      return Promise.all(["index.html", "../package.json", "%2e%2e/preload/index.cjs", "index.html?x"].map(status));
    });
    expect(statuses).toEqual([200, 404, 404, 404]);
  });

  test.each(["app://gatehouse/index.html", "about:blank"])(
    "another page is refused, though it holds the same bridge: %s",
    async (address) => {
      const answer = await app.app.evaluate(
        async ({ BrowserWindow }, [url, preload]) => {
          const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
          await stranger.loadURL(url);
          const said: unknown = await stranger.webContents.executeJavaScript(
            "window.gatehouse.signIn({ server: 'linear' }).then(() => 'answered', (error) => String(error))",
          );
          stranger.destroy();
          return said;
        },
        [address, join(repoRoot, "dist/preload/index.cjs")] as const,
      );
      expect(answer).toContain("may not call Gatehouse");
      expect(await app.calls()).toEqual([]);
    },
  );
});

describe("what a person does", () => {
  test("signs in with the keyboard alone, and the focus stays for Cancel", async () => {
    await app.set(made.snapshot({ servers: [made.needing(), made.local()] }));
    await row("linear").waitFor();
    const signIn = row("linear").getByRole("button", { name: "Sign in", exact: true });
    for (let presses = 0; presses < 20; presses++) {
      if (await signIn.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await waitFor("the call", async () => (await app.calls()).length > 0 || undefined);
    expect(await app.calls()).toEqual([{ method: "signIn", params: { server: "linear" } }]);
    await app.set(made.snapshot({ servers: [made.signingIn("linear"), made.local()] }));
    const cancel = row("linear").getByRole("button", { name: "Cancel", exact: true });
    await cancel.waitFor();
    expect(await cancel.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await row("linear").textContent()).toContain("Waiting for your browser");
  });

  test("allows more access that an agent needs: who asked, for what, one click; what was refused is not lost", async () => {
    const wanting = made.wantingMore();
    const refused = {
      ...wanting,
      challenge: wanting.challenge && { ...wanting.challenge, step_up: "refused" as const },
    };
    await app.set(made.snapshot({ servers: [wanting] }));
    await row("calendar").getByText("Wants more access").waitFor();
    await row("calendar").getByRole("button", { name: "Details" }).click();
    const card = page.getByRole("region", { name: "More access" });
    expect(await card.textContent()).toMatch(
      /“create_event” needs to read and change events.*Claude asked.*events:write/,
    );
    await page.screenshot({ path: join(PICTURES, "more-access.png") });
    await row("calendar").getByRole("button", { name: "Allow…" }).click();
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    await app.set(made.snapshot({ servers: [refused] }));
    await card.getByRole("button", { name: "Allow it after all" }).click();
    await waitFor("the second call", async () => (await app.calls()).length === 2 || undefined);
    const call = { method: "signIn", params: { server: "calendar" } };
    expect(await app.calls()).toEqual([call, call]);
  });

  test("shows the latest sign-ins and refreshes of a server, their steps to unfold, the record to copy", async () => {
    await app.answer("activity", { ok: true, value: { records: made.activity() } });
    await app.set(made.snapshot({ servers: [made.needing("linear"), made.local()] }));
    await row("linear").getByRole("button", { name: "Details" }).click();
    await page.getByRole("tab", { name: "Activity" }).click();
    const card = page.getByRole("region", { name: "Sign-ins and renewals" });
    await card.getByText("Renewed by itself").waitFor();
    const failed = card.locator("details").first();
    expect(await failed.locator("summary").textContent()).toContain("Sign-in took too long");
    expect(await failed.getByText("401").isVisible()).toBe(false);
    await failed.locator("summary").click();
    const steps = await failed.locator("li").allTextContents();
    expect(steps).toEqual([
      "probe401, 94 msPOST https://mcp.linear.app/mcp",
      "authorization server metadataECONNREFUSED, 12 ms, 2 timesGET https://auth.linear.app/.well-known/oauth-authorization-server",
      "waiting for the person5 min",
    ]);
    expect(await failed.getByRole("button", { name: "Copy this record" }).isVisible()).toBe(true);
    await failed.scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(PICTURES, "activity.png") });
    const renewed = {
      ...made.activity()[1],
      request_id: "9d0c1e6a-7f5f-4f0e-a2f6-b3b2ff0e3d19",
      ended_at: new Date().toISOString(),
    };
    await app.emit("records", [renewed as ActivityRecord, { ...(renewed as ActivityRecord), server: "files" }]);
    await waitFor("the new record", async () => (await card.locator("details").count()) === 3 || undefined);
    expect(await card.locator("summary").first().textContent()).toContain("just now");
    expect(await app.calls()).toEqual([]);
  });

  test("adds a server: the name is suggested, Enter saves, an error stays in the dialog", async () => {
    await button("Add server").click();
    const dialog = page.getByRole("dialog", { name: "Add server" });
    await page.keyboard.type("https://mcp.linear.app/mcp");
    expect(await dialog.getByLabel("Name").inputValue()).toBe("linear");
    await app.answer("setEntry", { ok: false, error: made.error({ code: "config_invalid", message: "Not now." }) });
    await page.keyboard.press("Enter");
    await dialog.getByText("Not now.").waitFor();
    await app.answer("setEntry", { ok: true, value: { name: "linear", undo: "u1", signed_out: 0 } });
    await page.keyboard.press("Enter");
    await dialog.getByText("linear is added").waitFor();
    await dialog.getByRole("button", { name: "Done", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    const params = { name: "linear", create: true, entry: { url: "https://mcp.linear.app/mcp" } };
    expect((await app.calls()).filter(({ method }) => method === "setEntry")).toEqual([
      { method: "setEntry", params },
      { method: "setEntry", params },
    ]);
  });

  test("is told what is wrong while typing, and nothing is sent", async () => {
    await button("Add server").click();
    const dialog = page.getByRole("dialog", { name: "Add server" });
    await dialog.getByLabel("URL").fill("http://mcp.linear.app/mcp");
    await dialog.getByText("Use https://").waitFor();
    await dialog.getByLabel("Name").fill("-x");
    await page.keyboard.press("Enter");
    expect(await dialog.getByLabel("Name").getAttribute("aria-invalid")).toBe("true");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await app.calls()).toEqual([]);
  });

  test("edits a server where its details are: what is left is saved, with a way back", async () => {
    await app.answer("getEntry", { ok: true, value: offered.localEntry() });
    await app.set(made.everyday());
    await row("files").hover();
    await row("files").getByRole("button", { name: "Edit", exact: true }).click();
    const name = page.getByRole("textbox", { name: "Name", exact: true });
    await waitFor("the focus", () => name.evaluate((element) => element === document.activeElement || undefined));
    await page.getByLabel("Folder").fill("/home/anna");
    await page.keyboard.press("Enter");
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    const { entry } = offered.localEntry();
    expect(await app.calls()).toEqual([
      { method: "setEntry", params: { name: "files", entry: { ...entry, cwd: "/home/anna" } } },
    ]);
    await page.getByRole("region", { name: "Notices" }).getByRole("button", { name: "Undo" }).last().click();
    await waitFor("the way back", async () => (await app.calls()).length === 2 || undefined);
    expect((await app.calls())[1]).toEqual({ method: "undo", params: { undo: "undo-1" } });
  });

  test("what is wrong is said beside its field and not saved", async () => {
    await app.answer("getEntry", { ok: true, value: offered.entry() });
    const issue = {
      member: "auth.redirect_uri",
      message: "It has to be a loopback address.",
      blocks: true,
      line: null,
      column: null,
    };
    await app.answer("checkEntry", { ok: true, value: { issues: [issue] } });
    await app.set(made.everyday());
    await row("github").getByRole("button", { name: "Details" }).click();
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByText("Client", { exact: true }).click();
    const field = page.getByLabel("Redirect address");
    await field.fill("https://example.com/");
    await page.getByText(issue.message).waitFor();
    await page.keyboard.press("Enter");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await app.calls()).toEqual([]);
  });

  test("a client secret goes into the vault, and the entry says where it is", async () => {
    await app.answer("getEntry", { ok: true, value: { ...offered.entry(), entry: { url: "https://x.example/mcp" } } });
    await app.set(
      made.snapshot({ servers: [{ ...made.failing("github"), error: made.error({ code: "client_id_required" }) }] }),
    );
    await row("github").getByRole("button", { name: "Enter client id…" }).click();
    const id = page.getByLabel("Client ID");
    await waitFor("the focus", () => id.evaluate((element) => element === document.activeElement || undefined));
    await page.getByLabel("Client secret").fill("s3cret");
    expect(await page.getByLabel("Client secret").getAttribute("type")).toBe("password");
    await page.keyboard.press("Enter");
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    expect(await app.calls()).toEqual([
      {
        method: "setEntry",
        params: {
          name: "github",
          entry: { url: "https://x.example/mcp", auth: { client_secret: "${keychain:github-client-secret}" } },
          secrets: { "github-client-secret": "s3cret" },
        },
      },
    ]);
  });

  test("tools: turned off with a way back, found by a word, tried with a form made of their schema", async () => {
    await app.answer("listContents", { ok: true, value: offered.contents() });
    await app.answer("tryTool", {
      ok: true,
      value: { server: "github", ms: 182, result: { content: [{ type: "text", text: "3 lines" }] } },
    });
    await app.set(made.everyday());
    await row("github").getByRole("button", { name: "Details" }).click();
    await page.getByRole("tab", { name: "Tools" }).click();
    const toggle = page.getByRole("switch", { name: "Agents may use create_issue" });
    await toggle.click();
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    expect(await app.calls()).toEqual([
      { method: "setToolAllowed", params: { server: "github", tool: "create_issue", allowed: false } },
    ]);
    expect(await toggle.getAttribute("aria-checked")).toBe("false");
    await page.getByLabel("Search tools").fill("search lines");
    expect(await page.getByRole("article").count()).toBe(1);
    await app.forgetCalls();
    await button("Try it: search_code").click();
    await button("Run").click();
    await page.getByText("This one is needed.").waitFor();
    await page.getByLabel("query").fill("needle");
    await page.getByLabel("labels").fill("a\nb");
    await page.getByLabel("archived").selectOption("true");
    await button("Run").click();
    await page.getByText("3 lines").waitFor();
    expect(await app.calls()).toEqual([
      {
        method: "tryTool",
        params: {
          server: "github",
          tool: "search_code",
          arguments: { query: "needle", per_page: 30, order: "desc", labels: ["a", "b"], archived: true },
        },
      },
    ]);
  });

  test("the log is live, filtered, and copied for a bug report without a secret or an address", async () => {
    await app.answer("logs", { ok: true, value: { lines: offered.logLines() } });
    await app.set(made.everyday());
    await row("github").getByRole("button", { name: "Details" }).click();
    await page.getByRole("tab", { name: "Log" }).click();
    const list = page.getByRole("list", { name: "Log of github" });
    await list.getByText("upstream_slow").first().waitFor();
    const line = {
      at: new Date().toISOString(),
      level: "error",
      event: "session_lost",
      server: "github",
      text: "status=404",
    };
    await app.emit("log", [line as LogLine, { ...(line as LogLine), server: "files", event: "of_another" }]);
    await list.getByText("session_lost").waitFor();
    expect(await list.getByText("of_another").count()).toBe(0);
    await page.getByText("Problems", { exact: true }).click();
    await waitFor("the filter", async () => (await list.getByText("debug").count()) === 0 || undefined);
    await button("Copy for a bug report").click();
    await page.getByText("Copied").waitFor();
    const report = await app.app.evaluate(({ clipboard }) => clipboard.readText());
    expect(report).toContain("session_lost");
    expect(report).toContain('"host": "api.githubcopilot.com"');
    expect(report).not.toContain("/mcp/");
    expect(report).not.toContain('octo-anna"');
  });

  test("as text: what is wrong has its line, and what is right is saved with its comments", async () => {
    const { text } = offered.entry();
    await app.answer("getEntry", { ok: true, value: offered.entry() });
    await app.answer("checkEntry", {
      ok: true,
      value: {
        issues: [{ member: "auth.scope", message: "It has to be a text.", blocks: true, line: 11, column: 14 }],
      },
    });
    await app.set(made.everyday());
    await row("github").getByRole("button", { name: "Details" }).click();
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByText("Text", { exact: true }).click();
    const area = page.getByLabel("The entry in servers.json");
    await area.fill(text.replace('"repo"', "7"));
    await page.getByText("Line 11:").waitFor();
    await button("Save").click();
    expect(await app.calls()).toEqual([]);
    await app.answer("checkEntry", { ok: true, value: { issues: [] } });
    const longer = text.replace('"repo"', '"repo read:user"');
    await area.fill(longer);
    await page.keyboard.press("Control+Enter");
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    expect(await app.calls()).toEqual([{ method: "setEntry", params: { name: "github", text: longer } }]);
  });

  test("finds anything by a few letters: screens, servers, what can be done with them", async () => {
    await app.set(made.everyday());
    await row("linear").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Find anything" }).waitFor();
    await page.keyboard.type("linear sign");
    await page.getByRole("option", { name: "linear: Sign in" }).waitFor();
    await page.keyboard.press("Enter");
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    expect(await app.calls()).toEqual([{ method: "signIn", params: { server: "linear" } }]);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("agents");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await page.keyboard.press("Control+1");
    await row("linear").waitFor();
  });

  test("goes where the tray, a notification or a link sends it", async () => {
    await app.set(made.everyday());
    await app.emit("destination", { to: "server", server: "github" });
    await page.getByRole("complementary", { name: "github" }).waitFor();
    await app.emit("destination", { to: "settings" });
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    await app.emit("destination", { to: "server", server: "files" });
    await page.getByRole("complementary", { name: "files" }).waitFor();
  });

  test("says that everything is paused, and resumes it", async () => {
    await app.set({ ...made.everyday(), paused: true });
    await page.getByText("Everything is paused").waitFor();
    await button("Resume").click();
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    expect(await app.calls()).toEqual([{ method: "pauseAll", params: { paused: false } }]);
  });

  test("many servers: found, ordered, and reached with the arrow keys", async () => {
    const servers = Array.from({ length: 200 }, (_, index) => made.server(`server-${index + 1}`, { tools: index }));
    await app.set(made.snapshot({ servers }));
    await row("server-200").waitFor({ state: "attached" });
    await page.getByLabel("Search servers").fill("server-19");
    await waitFor("the search", async () => (await page.getByRole("listitem").count()) === 11 || undefined);
    await page.getByLabel("Search servers").fill("");
    await app.answer("calls", { ok: true, value: { calls: offered.calls("server-77", 1) } });
    await page.getByLabel("Order").selectOption("used");
    await waitFor(
      "the order",
      async () => (await page.getByRole("listitem").first().getAttribute("aria-label")) === "server-77" || undefined,
    );
    await row("server-77").getByRole("button", { name: "Details" }).focus();
    await page.keyboard.press("End");
    const last = row("server-200").getByRole("button", { name: "Details" });
    expect(await last.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test.each([
    ["Sign out", "Sign out of github?", "signOut", { server: "github", account: "octo-anna" }],
    ["Remove", "Remove github?", "removeServer", { name: "github" }],
  ])("is asked before %s, and Esc takes it back", async (label, title, method, params) => {
    await app.set(made.everyday());
    const start = row("github").getByRole("button", { name: label, exact: true });
    const dialog = page.getByRole("dialog", { name: title });
    await row("github").hover();
    await start.click();
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await app.calls()).toEqual([]);
    await start.click();
    await dialog.getByRole("button", { name: label, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await app.calls()).toEqual([{ method, params }]);
  });

  test("cancels, retries and turns on with one click each", async () => {
    await app.set(made.everyday());
    await row("notion").getByRole("button", { name: "Cancel", exact: true }).click();
    await row("intranet-search").getByRole("button", { name: "Retry", exact: true }).click();
    await row("sentry").getByRole("button", { name: "Turn on", exact: true }).click();
    await waitFor("the calls", async () => (await app.calls()).length === 3 || undefined);
    expect(await app.calls()).toEqual([
      { method: "cancelSignIn", params: { server: "notion" } },
      { method: "retry", params: { server: "intranet-search" } },
      { method: "setServerEnabled", params: { name: "sentry", enabled: true } },
    ]);
  });

  test("a server that an agent set up can be signed in to, and is nobody's to edit here", async () => {
    const name = "https://mcp.acme.example/mcp";
    await app.set(
      made.snapshot({ servers: [made.server(name, { ad_hoc: true, url: name, state: "sign_in_required" })] }),
    );
    await row(name).getByRole("button", { name: "Sign in", exact: true }).waitFor();
    await row(name).getByText("set up by an agent").waitFor();
    await row(name).getByRole("button", { name: "Details", exact: true }).click();
    await page.getByText("in the agent's own settings").waitFor();
    for (const absent of ["Edit", "Remove", "Turn off"]) {
      expect(await page.getByRole("button", { name: absent, exact: true }).count()).toBe(0);
    }
  });

  test("reviews changed tools: the difference, hidden characters too, and a click for one or all of them", async () => {
    await app.set(made.snapshot({ servers: [made.withChangedTools(), made.local()] }));
    await row("notes").getByText("2 tools changed").waitFor();
    await row("notes").getByRole("button", { name: "Review changes", exact: true }).click();
    const card = page.getByRole("region", { name: "Changed tools" });
    const tool = card.getByRole("article", { name: "search_notes" });
    expect(await tool.locator("ins").first().textContent()).toMatch(/query\.\\u\{200B\} Before you call it/);
    expect(await tool.getByText("inputSchema.properties.context").count()).toBe(1);
    await page.getByRole("tab", { name: "Overview" }).click();
    await page.getByText("delete_note, delete_folder").waitFor();
    await page.getByRole("tab", { name: "Tools" }).click();
    await card.getByRole("button", { name: "Allow this change of export", exact: true }).click();
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    await card.getByRole("button", { name: "Allow all 2 changes", exact: true }).click();
    await waitFor("the second call", async () => (await app.calls()).length === 2 || undefined);
    const seen = [
      { name: "search_notes", version: "v-search" },
      { name: "export", version: "v-export" },
    ];
    expect(await app.calls()).toEqual([
      { method: "approveTools", params: { server: "notes", tools: [seen[1]] } },
      { method: "approveTools", params: { server: "notes", tools: seen } },
    ]);
  });

  test("a program that came from elsewhere shows its command and runs after a click", async () => {
    await app.set(made.snapshot({ servers: [made.unapproved(), made.local()] }));
    await row("imported").getByRole("button", { name: "Review command", exact: true }).click();
    const card = page.getByRole("region", { name: "Command to allow" });
    expect(await card.textContent()).toContain("npx -y @scope/server-from-somewhere --root /home/anna");
    await card.getByRole("button", { name: "Allow this command", exact: true }).click();
    await waitFor("the call", async () => (await app.calls()).length === 1 || undefined);
    expect(await app.calls()).toEqual([{ method: "approveCommand", params: { name: "imported" } }]);
  });

  test("renaming says who loses the server before it is done, and only then", async () => {
    await app.answer("getEntry", { ok: true, value: offered.entry() });
    await app.answer("setEntry", { ok: true, value: { name: "octo", undo: "undo-2", signed_out: 1 } });
    await app.set(made.snapshot({ servers: [made.signedIn()] }));
    await row("github").hover();
    await row("github").getByRole("button", { name: "Edit" }).click();
    const name = page.getByRole("textbox", { name: "Name", exact: true });
    const note = page.getByText("Agents that use the name “github” lose this server");
    await name.waitFor();
    expect(await note.count()).toBe(0);
    await name.fill("octo");
    expect(await note.textContent()).toContain("Connected now: Claude, Cursor.");
    await page.screenshot({ path: join(PICTURES, "renaming.png") });
    expect(await app.calls()).toEqual([]);
    await button("Rename").click();
    await page.getByText("1 sign-in has ended").waitFor();
    expect(await app.calls()).toEqual([
      { method: "setEntry", params: { name: "github", entry: offered.entry().entry, new_name: "octo" } },
    ]);
  });

  test("takes a double click on Sign in for one click, not for Sign in and Cancel", async () => {
    await app.set(made.snapshot({ servers: [made.server("acme", { state: "sign_in_required" })] }));
    const box = await row("acme").getByRole("button", { name: "Sign in", exact: true }).boundingBox();
    if (box === null) throw new Error("the button is not on the screen");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const press = async (clickCount: number): Promise<void> => {
      await page.mouse.down({ clickCount });
      await page.mouse.up({ clickCount });
    };
    await press(1);
    await app.set(made.snapshot({ servers: [made.server("acme", { state: "signing_in" })] }));
    await row("acme").getByRole("button", { name: "Cancel", exact: true }).waitFor();
    await press(2);
    await press(1);
    await waitFor("the calls", async () => (await app.calls()).length > 1 || undefined);
    expect((await app.calls()).map(({ method }) => method)).toEqual(["signIn", "cancelSignIn"]);
  });

  test("copies the settings for an agent", async () => {
    await app.set(made.everyday());
    await row("github").getByRole("button", { name: "Details" }).click();
    await button("Copy settings").click();
    await page.getByText("Copied").waitFor();
    const copied = await app.app.evaluate(({ clipboard }) => clipboard.readText());
    expect(JSON.parse(copied)).toEqual({
      mcpServers: {
        github: { command: "/usr/bin/node", args: ["/opt/gatehouse/gatehouse.cjs", "connect", "github"] },
      },
    });
    await button("Close details").click();
  });
});

describe("how it looks", () => {
  test("follows the system between light and dark", async () => {
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await ground();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).not.toBe(light);
  });
});

describe("tray and life", () => {
  test("the tray says what the window says, and a click is a call", async () => {
    await app.set(made.everyday());
    await tray.waitForLabel("Sign in to linear");
    expect(await tray.labels()).toEqual([
      "Sign in to linear",
      "Retry intranet-search",
      "Cancel sign-in to notion",
      "4 other servers",
      "github: Signed in",
      "Sign out of github",
      "Show details of github",
      "files: Ready",
      "Show details of files",
      "intranet-search: No answer from the server",
      "Show details of intranet-search",
      "sentry: Off",
      "Show details of sentry",
      "Pause all",
      "Open Gatehouse",
      "Quitting interrupts Claude and Cursor",
      "Quit Gatehouse",
    ]);
    expect((await tray.status()).hasIcon).toBe(true);
    await tray.click("Sign in to linear");
    await waitFor("the call", async () => (await app.calls()).length > 0 || undefined);
    expect(await app.calls()).toEqual([{ method: "signIn", params: { server: "linear" } }]);
  });

  test("a name with an ampersand is read as it is", async () => {
    await app.set(made.snapshot({ servers: [{ ...made.needing(), name: "R & D" }] }));
    expect((await tray.waitForLabel(/^Sign in to R/)).label).toBe("Sign in to R & D");
  });

  test("closing the window keeps the tray; the tray and a second start bring it back", async () => {
    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await waitFor("the window to be gone", async () => (await app.windows()) === 0 || undefined);
    expect(tray.hasItem()).toBe(true);
    await tray.click("Open Gatehouse");
    page = await open();

    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await waitFor("the window to be gone", async () => (await app.windows()) === 0 || undefined);
    expect(await secondStart("--hidden")).toBe(0);
    expect(await app.windows()).toBe(0);
    expect(await secondStart()).toBe(0);
    page = await open();
    expect(await app.windows()).toBe(1);
  });

  test("the page had nothing to complain about", () => {
    expect(complaints).toEqual([]);
  });

  test("started hidden it has a tray and no window, and SIGTERM ends it after the hub", async () => {
    const quiet = makeHome();
    const hidden = await startScripted({ home: quiet.path, env: desktop.env, folder: folder.path, args: ["--hidden"] });
    try {
      await waitFor("Electron", () => hidden.app.evaluate(({ app: electron }) => electron.isReady() || undefined));
      expect(await hidden.windows()).toBe(0);
      const child = hidden.app.process();
      process.kill(hidden.pid, "SIGTERM");
      await waitFor("the end", () => (child.exitCode === null ? undefined : true));
      expect(child.exitCode).toBe(0);
      expect(hidden.log()).toContain("hub closed");
    } finally {
      await hidden.close();
      await quiet.close();
    }
  });
});

/** Starts the app again in the same home; resolves with its exit code. */
function secondStart(...args: string[]): Promise<number | null> {
  const flags = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const child = spawn(electronExecutable(), [...flags, "--disable-gpu", folder.path, ...args], {
    env: { ...desktop.env, GATEHOUSE_HOME: home.path, WINDOW_TEST_ROOT: repoRoot },
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
}
