/** The dialog Add server, in the real Electron, around a hub that the test scripts. */
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { waitFor } from "../fixtures/wait.ts";
import * as agents from "../fixtures-window/agents.ts";
import * as imports from "../fixtures-window/imports.ts";
import * as made from "../fixtures-window/snapshots.ts";
import { failed, ok, openWindow, type TestWindow } from "../fixtures-window/window.ts";

let window: TestWindow;

beforeAll(async () => {
  window = await openWindow();
  // The window asks for it once.
  await window.app.answer("catalogue", ok({ items: imports.catalogue() }));
});

afterAll(() => window?.close());

beforeEach(async () => {
  const { app, page } = window;
  await page.keyboard.press("Escape");
  await app.forgetAnswers();
  await app.answer("catalogue", ok({ items: imports.catalogue() }));
  await app.answer("inspectUrl", ok(imports.report()));
  await app.answer("listAgents", ok({ agents: agents.everydayAgents() }));
  await app.answer("setEntry", ok({ name: "linear", undo: "undo-1", signed_out: 0 }));
  await app.set(made.snapshot({ servers: [made.local()] }));
  await app.forgetCalls();
});

const dialog = (): Locator => window.page.getByRole("dialog", { name: "Add server" });
const button = (name: string): Locator => dialog().getByRole("button", { name, exact: true });
const field = (name: string): Locator => dialog().getByRole("textbox", { name, exact: true });
const tab = (name: string): Locator => dialog().getByRole("tab", { name });

async function open(): Promise<void> {
  await window.page.getByRole("button", { name: "Add server", exact: true }).first().click();
  await dialog().waitFor();
}

async function asked(...methods: string[]): Promise<unknown[]> {
  return (await window.app.calls()).filter(({ method }) => methods.includes(method)).map(({ params }) => params);
}

describe("an address", () => {
  test("is asked while the person looks, added under its name, and signed in to at once", async () => {
    const { app, page } = window;
    await open();
    await page.keyboard.type("https://mcp.linear.app/mcp");
    await dialog().getByText("Answers as an MCP server").waitFor();
    await dialog().getByText("Needs a sign-in at mcp.linear.app: one click").waitFor();
    expect(await field("Name").inputValue()).toBe("linear");
    expect(await window.violations()).toEqual([]);
    await page.keyboard.press("Enter");
    await dialog().getByText("linear is added").waitFor();
    await app.set(made.snapshot({ servers: [made.local(), made.needing()] }));
    const signIn = dialog().getByRole("listitem", { name: "linear" }).getByRole("button", { name: "Sign in" });
    await waitFor("the focus", () => signIn.evaluate((element) => element === document.activeElement || undefined));
    expect(await window.violations()).toEqual([]);
    await page.keyboard.press("Enter");
    await app.set(made.snapshot({ servers: [made.local(), { ...made.signedIn("linear") }] }));
    await dialog().getByText("Ready for every agent").waitFor();
    await button("Connect an agent").click();
    await page.getByRole("heading", { name: "Agents" }).waitFor();
    expect(await asked("inspectUrl")).toEqual([{ url: "https://mcp.linear.app/mcp" }]);
    expect(await asked("setEntry")).toEqual([
      { name: "linear", create: true, entry: { url: "https://mcp.linear.app/mcp" } },
    ]);
    expect(await asked("signIn")).toEqual([{ server: "linear" }]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back.").waitFor();
    expect(await asked("undo")).toEqual([{ undo: "undo-1" }]);
    await window.go("Servers");
  });

  test("that wants a client ID says where to get one and what to enter there, and its secret is no text of the file", async () => {
    const { app } = window;
    const { client } = imports.github();
    await app.answer(
      "inspectUrl",
      ok(
        imports.report({
          url: "https://api.githubcopilot.com/mcp/",
          registration: "client_id",
          client,
          suggested_name: "github",
          catalogue: "github",
        }),
      ),
    );
    await app.answerShell("openPage", ok({ opened: true }));
    await open();
    await field("URL").fill("https://api.githubcopilot.com/mcp/");
    await dialog().getByText("Gatehouse knows GitHub").waitFor();
    await dialog().getByText("http://127.0.0.1:53682/callback").waitFor();
    await button("Copy return address").waitFor();
    await button("Open github.com").click();
    await field("Client secret").fill("s3cret");
    await dialog().getByText("A secret needs its client ID").waitFor();
    await button("Add").click();
    expect(await asked("setEntry")).toEqual([]);
    expect(await field("Client secret").getAttribute("type")).toBe("password");
    expect(await window.violations()).toEqual([]);
    await field("Client ID").fill("Iv1.abc");
    await button("Add").click();
    await dialog().getByText("linear is added").waitFor();
    expect(await asked("openPage", "setEntry")).toEqual([
      { url: "https://github.com/settings/developers" },
      {
        name: "github",
        create: true,
        entry: {
          url: "https://api.githubcopilot.com/mcp/",
          auth: {
            redirect_uri: "http://127.0.0.1:53682/callback",
            client_id: "Iv1.abc",
            client_secret: "${keychain:github-client-secret}",
          },
        },
        secrets: { "github-client-secret": "s3cret" },
      },
    ]);
  });

  test("that does not answer can be added all the same, and an old answer is not taken for a new address", async () => {
    const { app } = window;
    await app.answer("inspectUrl", ok(imports.silentReport()));
    await open();
    await field("URL").fill("https://search.corp.example/mcp");
    await dialog().getByText("the name is not known").waitFor();
    await dialog().getByText("You can add it all the same").waitFor();
    expect(await window.violations()).toEqual([]);
    await button("Try again").click();
    await waitFor("another look", async () => (await asked("inspectUrl")).length === 2 || undefined);
    await dialog().getByText("the name is not known").waitFor();
    await field("URL").fill("https://search.corp.example/mcp2");
    expect(await dialog().getByText("the name is not known").count()).toBe(0);
    await app.answer("inspectUrl", ok(imports.report({ sign_in: "none", registration: null })));
    await dialog().getByText("Needs no sign-in").waitFor();
    await button("Add").waitFor();
  });

  test("with a password in it, or in the open, is refused while it is typed", async () => {
    await open();
    await field("URL").fill("https://anna:pw@mcp.acme.example/mcp");
    await dialog().getByText("Take the user name and password out").waitFor();
    await button("Add").click();
    await field("URL").fill("http://mcp.acme.example/mcp");
    await dialog().getByText("Use https://").waitFor();
    await button("Add").click();
    expect(await asked("setEntry", "inspectUrl")).toEqual([]);
  });
});

describe("a link of gatehouse://", () => {
  test("shows all it brought and does nothing by itself", async () => {
    const { app, page } = window;
    const url = `https://mcp.acme.example/${"a-long-path/".repeat(30)}mcp`;
    await app.emit("destination", { to: "add", text: url });
    await dialog().getByText("Nothing is asked or added until you say so").waitFor();
    expect(await field("URL").inputValue()).toBe(url);
    const hidden = await field("URL").evaluate((area) => area.scrollHeight - area.clientHeight);
    expect(hidden).toBeLessThanOrEqual(0);
    // Longer than the pause after which a typed address is asked.
    await page.waitForTimeout(800);
    expect(await asked("inspectUrl", "setEntry")).toEqual([]);
    expect(await window.violations()).toEqual([]);
    await button("Ask the server").click();
    await dialog().getByText("Answers as an MCP server").waitFor();
    expect(await asked("inspectUrl")).toEqual([{ url }]);
  });

  test("a command in it is shown whole and is not read out to anybody", async () => {
    const command = "npx -y @scope/server --token ${TOKEN} --root /home/anna";
    await window.app.answer(
      "readSnippet",
      ok(
        imports.snippet([
          imports.candidate("server", {
            entry: { command: "npx", args: ["-y", "@scope/server", "--token", "${TOKEN}", "--root", "/home/anna"] },
            unapproved: true,
          }),
        ]),
      ),
    );
    await window.app.emit("destination", { to: "add", text: command });
    await dialog().getByText("It is not started before you allow it").waitFor();
    await dialog().locator("code", { hasText: command }).first().waitFor();
    expect(await asked("importServers", "setEntry", "inspectUrl")).toEqual([]);
  });
});

describe("a snippet", () => {
  beforeEach(async () => {
    await window.app.answer("readSnippet", ok(imports.manyCandidates()));
    await window.app.answer(
      "importServers",
      ok({ added: ["tickets", "files"], secrets: ["issues-x-api-key"], failed: [], undo: "undo-2", agent_undo: null }),
    );
  });

  const paste = () => field("URL").fill('{ "mcpServers": { "issues": {} } }');

  test("of several servers is a list to choose from, with what becomes of each", async () => {
    await open();
    await paste();
    await dialog().getByText("4 servers in Claude Code's .mcp.json").waitFor();
    const issues = dialog().getByRole("listitem", { name: "issues" });
    await issues.getByText("1 secret moves to the keychain").click();
    await issues.getByText("headers.X-Api-Key moves to the keychain, as issues-x-api-key").waitFor();
    await issues.getByText("oauth.clientId becomes auth.client_id").waitFor();
    await issues.getByText("oauth.callbackPort is left out").waitFor();
    const files = dialog().getByRole("listitem", { name: "file system!" });
    await files.getByText('npx -y @scope/server-from-somewhere --root "/home/anna/my notes"').waitFor();
    await files.getByText("not started before you allow it").waitFor();
    await files.getByText("what npx fetches").waitFor();
    const there = dialog().getByRole("checkbox", { name: "Take linear" });
    expect(await there.isChecked()).toBe(false);
    const broken = dialog().getByRole("checkbox", { name: "Take broken" });
    expect(await broken.isDisabled()).toBe(true);
    expect(await window.violations()).toEqual([]);
  });

  test("is added under other names; what it added is shown, and can be taken back", async () => {
    await open();
    await paste();
    await field("Name of issues").fill("files");
    await dialog().getByText("There is a server of this name already").waitFor();
    await button("Add 2 servers").click();
    expect(await asked("importServers")).toEqual([]);
    await field("Name of issues").fill("tickets");
    await field("Name of file system!").fill("documents");
    await button("Add 2 servers").click();
    await dialog().getByText("2 servers are added").waitFor();
    await dialog().getByText("1 secret is in the keychain now").waitFor();
    expect(await asked("importServers")).toEqual([
      {
        preview: "s1",
        servers: [
          { id: "c-issues", name: "tickets" },
          { id: "c-files", name: "documents" },
        ],
      },
    ]);
    await button("Undo").click();
    await dialog().waitFor({ state: "detached" });
    await waitFor("the undo", async () => (await asked("undo")).length > 0 || undefined);
    expect(await asked("undo")).toEqual([{ undo: "undo-2" }]);
  });

  test("two of one name, or none chosen, is said before anything is sent", async () => {
    await open();
    await paste();
    await field("Name of file system!").fill("issues");
    await button("Add 2 servers").click();
    await dialog().getByText("Two have this name").first().waitFor();
    await dialog().getByRole("checkbox", { name: "Take issues" }).uncheck();
    await dialog().getByRole("checkbox", { name: "Take file system!" }).uncheck();
    await button("Add 0 servers").click();
    await dialog().getByText("Choose at least one server").waitFor();
    expect(await asked("importServers")).toEqual([]);
  });

  test("that is nothing known says so, and stays in the field", async () => {
    await window.app.answer(
      "readSnippet",
      ok(
        imports.snippet([], {
          error: made.error({ code: "config_invalid", server: null, message: "Line 2: a quote is open." }),
        }),
      ),
    );
    await open();
    await field("URL").fill('{ "mcpServers": ');
    await dialog().getByText("Line 2: a quote is open.").waitFor();
    expect(await field("URL").inputValue()).toBe('{ "mcpServers": ');
    expect(await window.violations()).toEqual([]);
  });

  test("a thousand servers stay a list that can be used", async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => imports.candidate(`server-${n}`));
    await window.app.answer("readSnippet", ok(imports.snippet(many)));
    await open();
    await paste();
    await button("Add 1000 servers").waitFor();
    await dialog().getByRole("checkbox", { name: "Take all" }).uncheck();
    await button("Add 0 servers").waitFor();
  });
});

describe("the catalogue, the registry, an agent", () => {
  test("a pick of the catalogue asks for what it leaves open", async () => {
    await open();
    expect(await window.violations()).toEqual([]);
    await dialog().getByRole("searchbox", { name: "Search the catalogue" }).fill("work items");
    await dialog()
      .getByRole("button", { name: /Azure DevOps/ })
      .click();
    await button("Add").click();
    await dialog().getByText("Fill this in").waitFor();
    await field("Organization").fill("contoso");
    expect(await window.violations()).toEqual([]);
    await button("Add").click();
    await dialog().getByText("linear is added").waitFor();
    expect(await asked("setEntry")).toEqual([
      {
        name: "azure-devops",
        create: true,
        entry: { url: "https://mcp.dev.azure.com/contoso", auth: { resource: false } },
      },
    ]);
  });

  test("a word in the field looks in the catalogue; categories narrow it down", async () => {
    await open();
    await field("URL").fill("figma");
    await dialog()
      .getByRole("button", { name: /^Figma/ })
      .waitFor();
    expect(
      await dialog()
        .getByRole("button", { name: /^Stripe/ })
        .count(),
    ).toBe(0);
    await button("Clear the field").click();
    await button("Design").click();
    await dialog()
      .getByRole("button", { name: /^Canva/ })
      .waitFor();
    expect(
      await dialog()
        .getByRole("button", { name: /^GitHub/ })
        .count(),
    ).toBe(0);
    await field("URL").fill("nobody-knows-this");
    await button("Search the MCP Registry for it").click();
    await waitFor("the search", async () => (await asked("searchRegistry")).length > 0 || undefined);
    expect(await asked("searchRegistry")).toEqual([{ query: "nobody-knows-this" }]);
  });

  test("the registry is searched page after page, and its values are asked for", async () => {
    const { app } = window;
    await app.answer("searchRegistry", ok({ items: imports.registry().slice(0, 1), cursor: "next" }));
    await open();
    await tab("MCP Registry").click();
    await dialog().getByRole("searchbox", { name: "Search the MCP Registry" }).fill("weather");
    await dialog()
      .getByRole("button", { name: /^Weather/ })
      .waitFor();
    await app.answer("searchRegistry", ok({ items: imports.registry().slice(1), cursor: null }));
    await button("More").click();
    await dialog()
      .getByRole("button", { name: /weather-local/ })
      .click();
    await dialog().getByText("It runs on this computer, as you").waitFor();
    await dialog().getByText("npx -y @anna/weather-mcp --units ${UNITS}").waitFor();
    await field("UNITS").fill("metric");
    expect(await field("WEATHER_KEY").getAttribute("type")).toBe("password");
    await field("WEATHER_KEY").fill("k-123");
    await button("Add").click();
    await dialog().getByText("linear is added").waitFor();
    expect(await asked("setEntry")).toEqual([
      {
        name: "weather-local",
        create: true,
        entry: {
          command: "npx",
          args: ["-y", "@anna/weather-mcp", "--units", "metric"],
          env: { WEATHER_KEY: "${keychain:weather-local-weather-key}" },
          approved: false,
        },
        secrets: { "weather-local-weather-key": "k-123" },
      },
    ]);
    expect((await asked("searchRegistry")).at(-1)).toEqual({ query: "weather", cursor: "next" });
  });

  test("a registry that does not answer says so, and another try helps", async () => {
    const { app } = window;
    await app.answer(
      "searchRegistry",
      failed(made.error({ server: null, message: "registry.modelcontextprotocol.io is silent." })),
    );
    await open();
    await tab("MCP Registry").click();
    await dialog().getByText("registry.modelcontextprotocol.io is silent.").waitFor();
    expect(await window.violations()).toEqual([]);
    await app.answer("searchRegistry", ok({ items: imports.registry(), cursor: null }));
    await button("Try again").click();
    await dialog()
      .getByRole("button", { name: /weather-local/ })
      .waitFor();
  });

  test("an agent's own servers move, and its file is put right in the same step", async () => {
    const { app } = window;
    await app.answer(
      "readAgentServers",
      ok(imports.snippet([imports.candidate("issues")], { source: "Cursor's mcp.json" })),
    );
    await app.answer(
      "importServers",
      ok({ added: ["issues"], secrets: [], failed: [], undo: "undo-3", agent_undo: "undo-4" }),
    );
    await open();
    await tab("From an agent").click();
    const cursor = dialog().getByRole("button", { name: /^Cursor/ });
    await cursor.getByText("2 servers of its own").waitFor();
    expect(await window.violations()).toEqual([]);
    await cursor.click();
    const replace = dialog().getByRole("checkbox", { name: "Cursor reaches them through Gatehouse from now on" });
    expect(await replace.isChecked()).toBe(true);
    expect(await window.violations()).toEqual([]);
    await button("Add").click();
    await dialog().getByText("Cursor reaches them through Gatehouse now").waitFor();
    await button("Undo").click();
    await waitFor("both undone", async () => (await asked("undo", "undoAgent")).length === 2 || undefined);
    expect(await asked("readAgentServers", "importServers", "undo", "undoAgent")).toEqual([
      { client: "cursor" },
      { preview: "s1", servers: [{ id: "c-issues", name: "issues" }], replace_in_agent: true },
      { undo: "undo-3" },
      { undo: "undo-4" },
    ]);
  });
});

test("nothing is lost at 480 pixels, and the page complains of nothing", async () => {
  await window.resize(480, 700);
  await open();
  const wide = await dialog().evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await window.resize(1000, 700);
  expect(window.complaints).toEqual([]);
});
