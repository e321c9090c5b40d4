/**
 * A person's first minutes: an empty profile, GitHub from the catalogue with a client of their own, a sign-in, two agents
 * connected by their real files, a tool called. What stands in for GitHub is reached by GitHub's own addresses. Clicks and
 * seconds are counted and printed.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { type Agent, startAgent } from "../fixtures/agent.ts";
import { startApp } from "../fixtures/app.ts";
import { startBrowser } from "../fixtures/browser.ts";
import { makeAuthority } from "../fixtures/certificates.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { startEverythingHttp } from "../fixtures/everything-http.ts";
import { makeHome } from "../fixtures/home.ts";
import { startFakeProvider } from "../fixtures/providers/fake-provider.ts";
import { fakeGitHub } from "../fixtures/providers/service-providers.ts";
import { startProxy } from "../fixtures/proxy.ts";
import { findBytes } from "../fixtures/secrets.ts";
import { startTlsFront } from "../fixtures/tls-front.ts";
import { use } from "../fixtures/use.ts";

/** As Claude Code and Cursor have them before they know of any MCP server, with what else they keep there. */
const CLAUDE = `{
  "numStartups": 12,
  "theme": "dark",
  "projects": { "/home/ada/notes": { "allowedTools": [], "history": [] } }
}
`;
const CURSOR = '{\n\t"mcpServers": {}\n}\n';

interface Entry {
  readonly command: string;
  readonly args: readonly string[];
}

class Person {
  clicks = 0;
  fields = 0;
  readonly #start = performance.now();

  async click(target: Locator): Promise<void> {
    this.clicks++;
    await target.click();
  }

  async fill(target: Locator, text: string): Promise<void> {
    this.fields++;
    await target.fill(text);
  }

  /** Since the start. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }
}

test("from an empty profile to GitHub's tools in Claude Code and Cursor", { timeout: 180_000 }, async () => {
  const desktop = use(await startDesktop());
  const behind = use(await startEverythingHttp("streamableHttp"));
  const github = use(await startFakeProvider(fakeGitHub, { atHome: true, behind: behind.url }));
  const authority = makeAuthority();
  const names: Record<string, number> = {};
  for (const [origin, port] of github.ports) {
    const { hostname } = new URL(origin);
    names[`${hostname}:443`] = use(await startTlsFront(authority.issue(hostname), port)).port;
  }
  const proxy = use(await startProxy({ names }));
  // Chromium keeps its own list of authorities; what it shows is not what is tested here.
  const browser = use(
    await startBrowser({ args: [`--proxy-server=127.0.0.1:${proxy.port}`, "--ignore-certificate-errors"] }),
  );
  const home = use(makeHome());
  const person = desktop.env.HOME ?? "";
  mkdirSync(join(person, ".claude"), { recursive: true });
  mkdirSync(join(person, ".cursor"), { recursive: true });
  const files = { claude: join(person, ".claude.json"), cursor: join(person, ".cursor", "mcp.json") };
  writeFileSync(files.claude, CLAUDE);
  writeFileSync(files.cursor, CURSOR);
  const ca = join(home.path, "ca.pem");
  writeFileSync(ca, authority.cert);
  const env = {
    ...desktop.env,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: ca,
    GATEHOUSE_BROWSER: browser.command,
  };
  const app = use(await startApp({ home: home.path, env }));
  const page = await app.window();
  const ada = new Person();

  await addGitHub(page, ada);
  const row = page.getByRole("listitem", { name: "github", exact: true });
  await ada.click(page.getByRole("dialog").getByRole("button", { name: "Sign in", exact: true }));
  const tab = await browser.waitForPage(/^http:\/\/127\.0\.0\.1:53682\//);
  await tab.getByText("Signed in to github").first().waitFor();
  await ada.click(page.getByRole("dialog").getByRole("button", { name: "Done" }));
  await row.getByText("Signed in").waitFor();

  await ada.click(page.getByRole("navigation").getByRole("button", { name: /^Agents/ }));
  for (const name of ["Claude Code", "Cursor"]) {
    await ada.click(page.getByRole("button", { name: `Connect ${name}`, exact: true }));
    const dialog = page.getByRole("dialog", { name: `Connect ${name}` });
    await ada.click(dialog.getByRole("button", { name: "Connect", exact: true }));
    await dialog.waitFor({ state: "detached" });
  }

  const agents: Agent[] = [];
  for (const [path, before] of [
    [files.claude, CLAUDE],
    [files.cursor, CURSOR],
  ] as const) {
    const written = JSON.parse(readFileSync(path, "utf8")) as { mcpServers: Record<string, Entry> };
    const { mcpServers, ...rest } = written;
    expect(rest).toEqual({ ...JSON.parse(before), mcpServers: undefined });
    expect(Object.keys(mcpServers)).toEqual(["gatehouse"]);
    const { command, args } = mcpServers.gatehouse as Entry;
    expect(args.at(-1)).toBe("connect");
    const agent = use(await startAgent({ home: home.path, env, command: [command, ...args.slice(0, -1)] }));
    expect(await agent.callText("github__echo", { message: "hello" })).toContain("hello");
    agents.push(agent);
  }
  console.log(
    `First tool call after ${ada.clicks} clicks, ${ada.fields} fields and ${ada.seconds.toFixed(1)} seconds of a person who never hesitates.`,
  );

  expect(github.askedAt(fakeGitHub.token).map(({ status }) => status)).toEqual([200]);
  // The client secret is nowhere but in the keychain, and no agent's file got one.
  const strings = Object.fromEntries(agents.map((agent, n) => [`agent ${n}`, agent.received.join("\n")]));
  expect(findBytes(["by-hand secret"], { files: [home.path, person], strings })).toEqual([]);
});

/** With the client that the person has registered there by hand, as the form tells. */
async function addGitHub(page: Page, ada: Person): Promise<void> {
  await ada.click(page.getByRole("button", { name: /Pick from the catalogue/ }));
  const dialog = page.getByRole("dialog", { name: "Add server" });
  await ada.fill(dialog.getByLabel("Search the catalogue"), "github");
  await ada.click(dialog.getByRole("button", { name: /^GitHub Repositories/ }));
  await dialog.getByText("It has to know Gatehouse first").waitFor();
  await dialog.getByText("http://127.0.0.1:53682/callback").waitFor();
  await ada.fill(dialog.getByLabel("Client ID"), "by-hand");
  await ada.fill(dialog.getByLabel("Client secret"), "by-hand secret");
  await ada.click(dialog.getByRole("button", { name: "Add", exact: true }));
}
