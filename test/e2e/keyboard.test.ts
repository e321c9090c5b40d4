/**
 * The whole way by keyboard alone: add a server, sign in, connect an agent, sign out. Where the focus is, is read from
 * the accessibility tree, as a screen reader does.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import { expect, test } from "vitest";
import { startApp } from "../fixtures/app.ts";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startBrowser } from "../fixtures/browser.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { keyringEntries } from "../fixtures/keyring.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

/** More stops than this on the way to something are too many for anybody. */
const MOST_STOPS = 60;

interface Node {
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly ignored: boolean;
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[];
}

class Keyboard {
  readonly #page: Page;
  readonly #session: CDPSession;
  /** Every stop of the focus, as `role name`. */
  readonly stops: string[] = [];

  constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  async focused(): Promise<string> {
    const { nodes } = (await this.#session.send("Accessibility.getFullAXTree")) as { nodes: Node[] };
    const found = nodes.filter(
      ({ ignored, role, properties = [] }) =>
        !ignored &&
        role?.value !== "RootWebArea" &&
        properties.some(({ name, value }) => name === "focused" && value.value === true),
    );
    const node = found.at(-1);
    return node === undefined ? "nothing" : `${node.role?.value} ${node.name?.value}`;
  }

  /** Tabs on until the focus is there. */
  async to(wanted: RegExp, key = "Tab"): Promise<void> {
    const seen: string[] = [];
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      const now = await this.focused();
      seen.push(now);
      this.stops.push(now);
      if (wanted.test(now)) return;
      await this.#page.keyboard.press(key);
    }
    throw new Error(`no way to ${wanted} among\n${seen.join("\n")}`);
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** The focus comes there by itself. */
  async lands(wanted: RegExp): Promise<void> {
    await waitFor(`the focus at ${wanted}`, async () => (wanted.test(await this.focused()) ? true : undefined));
  }
}

test("add, sign in, connect an agent and sign out without a mouse", { timeout: 180_000 }, async () => {
  const desktop = use(await startDesktop());
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const browser = use(await startBrowser());
  const home = use(makeHome());
  const person = desktop.env.HOME ?? "";
  mkdirSync(join(person, ".cursor"), { recursive: true });
  const app = use(await startApp({ home: home.path, env: { ...desktop.env, GATEHOUSE_BROWSER: browser.command } }));
  const page = await app.window();
  await page.getByRole("button", { name: "Add server" }).first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send("Accessibility.enable");
  const keyboard = new Keyboard(page, session);

  await keyboard.to(/^button Add server$/);
  await keyboard.press("Enter");
  await keyboard.lands(/^(textbox|combobox) URL/);
  await keyboard.type(acme.url);
  await page.getByText("Needs a sign-in").waitFor();
  await keyboard.to(/^textbox Name/);
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("acme");
  await keyboard.press("Enter");

  await keyboard.lands(/^button Sign in$/);
  await keyboard.press("Enter");
  await browser.signIn(await browser.waitForPage(as.issuer));
  const row = page.getByRole("listitem", { name: "acme", exact: true });
  await row.getByText("Signed in").first().waitFor();
  await keyboard.press("Escape");
  expect(await keyringEntries(desktop.env)).toHaveLength(1);

  await keyboard.to(/^\w+ Agents/, "Shift+Tab");
  await keyboard.press("Enter");
  await page.getByRole("listitem", { name: "Cursor", exact: true }).waitFor();
  await keyboard.to(/^button Connect Cursor$/);
  await keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Connect Cursor" }).getByText("mcpServers").first().waitFor();
  await keyboard.to(/^button Connect$/);
  await keyboard.press("Enter");
  await page.getByText("Cursor is connected").waitFor();
  expect(readFileSync(join(person, ".cursor", "mcp.json"), "utf8")).toContain('"connect"');

  await keyboard.to(/^\w+ Servers/, "Shift+Tab");
  await keyboard.press("Enter");
  await row.waitFor();
  await keyboard.to(/^button Sign out/);
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await keyboard.to(/^button Sign out/);
  await keyboard.press("Enter");
  await row.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await waitFor("an empty keychain", async () => ((await keyringEntries(desktop.env)).length === 0 ? true : undefined));
  await waitFor("the tokens to be revoked", () => (as.records.count("revoke") > 0 ? true : undefined));
  // Whatever had the focus said what it is.
  expect(keyboard.stops.filter((stop) => /^\S+ (undefined)?$/.test(stop))).toEqual([]);
});
