/** The main job, aloud: real app, tray, keychain, browser, authorization server and agents, one line a step. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AsyncEntry } from "@napi-rs/keyring";
import type { ErrorObject, Snapshot } from "../../preload/api.ts";
import { type Agent, startAgent } from "../../test/fixtures/agent.ts";
import { startAgain, startApp, type TestApp } from "../../test/fixtures/app.ts";
import { startAuthorizationServer } from "../../test/fixtures/authorization-server.ts";
import { startBrowser } from "../../test/fixtures/browser.ts";
import { type Cleanup, makeCleanup } from "../../test/fixtures/cleanup.ts";
import { startDesktop } from "../../test/fixtures/desktop.ts";
import { everythingServer } from "../../test/fixtures/everything.ts";
import { makeHome } from "../../test/fixtures/home.ts";
import { keyringEntries } from "../../test/fixtures/keyring.ts";
import { programFile, runCli } from "../../test/fixtures/program.ts";
import { startProtectedServer } from "../../test/fixtures/protected-server.ts";
import { watchTray } from "../../test/fixtures/tray.ts";
import { waitFor } from "../../test/fixtures/wait.ts";
import { Narrator } from "./narrator.ts";

export interface DemoOptions {
  /** It clicks by itself, on a desktop of its own; else a person does, on theirs. */
  readonly auto: boolean;
  /** Folder for the pictures. */
  readonly pictures: string;
}

/** Minutes that a person may take for a click. */
const PATIENCE_MS = 10 * 60_000;

/** Resolves with the exit code. Whatever it started is gone then, also after Ctrl-C. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const all = makeCleanup();
  const say = new Narrator(process.stdout);
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      say.interrupted();
      void all.close().finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    });
  }
  try {
    await walk(options, all, say);
    return 0;
  } catch (error) {
    if (!stopping) say.failed(error);
    return 1;
  } finally {
    if (!stopping) await all.close();
  }
}

async function walk(options: DemoOptions, all: Cleanup, say: Narrator): Promise<void> {
  const { auto, pictures } = options;
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  say.title("Gatehouse: sign in to an MCP server once, use it from every agent on this machine.");

  const { as, acme } = await say.step(
    "An authorization server and an MCP server that wants its tokens are up",
    async () => {
      const started = all.use(await startAuthorizationServer({ prefill: "ada" }));
      return { as: started, acme: all.use(await startProtectedServer({ issuer: started })) };
    },
  );
  const home = all.use(makeHome({ acme: { url: acme.url }, everything: everythingServer() }));
  const desktop = auto
    ? await say.step("A desktop of its own is up: display, session bus, keychain, tray, Chromium", async () => {
        const own = all.use(await startDesktop());
        const browser = all.use(await startBrowser());
        return { env: own.env, browser, tray: all.use(await watchTray(own.env)) };
      })
    : null;
  const env: NodeJS.ProcessEnv =
    desktop === null ? process.env : { ...desktop.env, GATEHOUSE_BROWSER: desktop.browser.command };
  const there = { home: home.path, env };
  const snapshot = async (): Promise<Snapshot> =>
    JSON.parse((await runCli(["status", "--json"], there)).stdout) as Snapshot;
  const connect = async (server: string, clientName: string): Promise<Agent> =>
    all.use(await startAgent({ ...there, server, clientName }));
  const ownEntry = (): AsyncEntry =>
    new AsyncEntry("gatehouse", `acme:${new URL(acme.url).origin}`, { linux: { store: "secret-service" } });
  const entries = async (): Promise<number> => {
    if (desktop !== null) return (await keyringEntries(desktop.env)).length;
    return (await ownEntry().getPassword()) === null ? 0 : 1;
  };
  // However the demo ends, once the app is gone no grant of its stays in the person's keychain.
  if (desktop === null) all.use({ close: async () => void (await forget(ownEntry)) });
  /** A picture of the window, light and dark. */
  const picture = async (name: string): Promise<void> => {
    const page = await app.window();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `${name}${colorScheme === "dark" ? "-dark" : ""}.png`) });
    }
    await page.emulateMedia({ colorScheme: null });
  };
  const row = async () => (await app.window()).getByRole("listitem", { name: "acme" });

  let app: TestApp = await say.step("Gatehouse starts: tray icon, window, hub", async () => {
    const started = all.use(await startApp(there));
    await (await started.window()).getByRole("listitem", { name: "acme" }).waitFor();
    await desktop?.tray.waitForLabel("Quit Gatehouse");
    return started;
  });
  await say.step("Its window is closed: tray and hub stay; a second start brings it back", async () => {
    await (await app.window()).close();
    must((await snapshot()).hub.pid === app.pid, "the hub went away with the window");
    await startAgain(there);
    await (await row()).waitFor();
  });
  const agent = await say.step(
    "An agent connects before anybody signed in: answered at once, one tool, sign_in",
    async () => {
      const one = await connect("acme", "Claude");
      must((await one.toolNames()).join() === "sign_in", "it has other tools");
      await (await row()).getByText("Sign-in needed").waitFor();
      return one;
    },
  );
  await say.step("Another one uses the local server of the same file: echo says hello", async () => {
    const local = await connect("everything", "Cursor");
    must((await local.toolNames()).includes("echo"), "it has no echo");
    must((await local.callText("echo", { message: "hello" })).includes("hello"), "no echo came");
  });
  await picture("window-signed-out");

  if (desktop === null) {
    await say.yourTurn(
      "Sign in",
      "click “Sign in to acme” in the tray menu, or Sign in in the window, and allow it in your browser",
      () => agent.waitForToolsChanged(0, PATIENCE_MS),
    );
  } else {
    await say.step("“Sign in to acme” in the tray menu opens the browser; it is allowed there", async () => {
      await desktop.tray.click("Sign in to acme");
      const page = await desktop.browser.waitForPage(as.issuer);
      const { end } = await desktop.browser.signIn(page, { pictures });
      must(/close this tab/i.test(end), `the page at the end does not say that it can be closed: ${end}`);
    });
  }
  await say.step("Window and tray say so; the keychain holds one entry", async () => {
    await (await row()).getByText("Signed in").first().waitFor();
    await desktop?.tray.waitForLabel("Sign out of acme");
    must((await entries()) === 1, "the keychain does not hold one entry");
  });
  await say.step("The same agent, not restarted, is told, lists the server's tools, calls add(2, 40): 42", async () => {
    await agent.waitForToolsChanged();
    must((await agent.toolNames()).includes("add"), "the server's tools are not there");
    must((await agent.callText("add", { a: 2, b: 40 })) === "42", "the sum is wrong");
    must((await agent.callText("whoami")) === "ada", "it is somebody else");
  });
  await picture("window-signed-in");

  await say.step("Gatehouse is quit and started again: the agent goes on, without a sign-in", async () => {
    const before = agent.changed.tools;
    await app.quit();
    app = all.use(await startApp(there));
    await agent.waitForToolsChanged(before);
    must((await agent.callText("add", { a: 1, b: 1 })) === "2", "the sum is wrong");
    must(as.records.tokenRequests("authorization_code").length === 1, "there was another sign-in");
  });
  await say.step("The access token ends while three agents call at once: renewed silently, once", async () => {
    const three = [agent, await connect("acme", "Cursor"), await connect("acme", "VS Code")];
    const refreshes = (): number => as.records.tokenRequests("refresh_token").length;
    const before = refreshes();
    as.expireAccessTokens();
    const answers = await Promise.all(three.map((one) => one.callText("whoami")));
    must(
      answers.every((name) => name === "ada"),
      "a call failed",
    );
    must(refreshes() - before === 1, `it was renewed ${refreshes() - before} times`);
  });
  await say.step("Sign out: entry gone, tokens revoked, the agent's next call says what to click", async () => {
    const changes = agent.changed.tools;
    if (desktop === null) await runCli(["logout", "acme"], there);
    else await desktop.tray.click("Sign out of acme");
    await agent.waitForToolsChanged(changes);
    await waitFor("an empty keychain", async () => ((await entries()) === 0 ? true : undefined));
    await waitFor("the tokens to be revoked", () => (as.records.count("revoke") > 0 ? true : undefined));
    const error = await agent.callText("add", { a: 1, b: 1 }).then(
      () => null,
      (thrown: { data?: ErrorObject }) => thrown.data ?? null,
    );
    must(error?.code === "sign_in_required" && error.server === "acme", "the call did not say so");
  });
  await say.step("Sign out again: nothing to do, and that is fine", async () => {
    must((await runCli(["logout", "acme"], there)).code === 0, "it failed");
  });

  await app.quit();
  say.end(snippet(), existsSync(join(pictures, "window-signed-in.png")) ? pictures : null);
}

async function forget(entry: () => AsyncEntry): Promise<void> {
  try {
    await entry().deletePassword();
  } catch {
    // There is none, or no keychain at all.
  }
}

/** What goes into an agent's configuration for the server just shown. */
function snippet(): string {
  const acme = { command: process.execPath, args: [programFile(), "connect", "acme"] };
  return JSON.stringify({ mcpServers: { acme } }, null, 2);
}

function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
