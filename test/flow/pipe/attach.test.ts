/** An app at a hub that a person runs elsewhere: sign-ins clicked in the app open in the app's browser. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { type AttachedHub, attach } from "../../../main/pipe/attach.ts";
import type { Browser } from "../../../main/ports.ts";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";
import { PersonAtBrowser } from "../oauth/parts.ts";

class FailingBrowser implements Browser {
  tries = 0;

  async open(): Promise<void> {
    this.tries++;
    throw new GatehouseError({ code: "browser_failed", message: "No browser.", suggestion: "Get one." });
  }
}

/** The hub's own browser never opens. */
async function attached(browser: Browser) {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  use(await startHeadlessHub({ home: home.path, env: { ...PLAIN, GATEHOUSE_BROWSER: join(home.path, "none") } }));
  const open = async (at: Browser): Promise<AttachedHub> => {
    const hub = await attach(home.path, "0.0.0", at);
    if (hub === null) throw new Error("no hub answers");
    return use({ ...hub, close: () => hub.close("quit") }) as AttachedHub;
  };
  return { as, hub: await open(browser), open, server: (hub: AttachedHub) => hub.snapshot().servers[0] };
}

test("a sign-in opens its page in the app's browser, once", async () => {
  const person = new PersonAtBrowser();
  const { as, hub, server } = await attached(person);
  const [one, two] = await Promise.all([1, 2].map(() => hub.call("signIn", { server: "acme" })));
  expect(one).toMatchObject({ ok: true, value: { server: "acme", account: "default" } });
  expect(two).toEqual(one);
  expect((await person.page()).status).toBe(200);
  expect(person.opened).toHaveLength(1);
  expect(as.records.authorizations).toHaveLength(1);
  await waitFor("the account", () => (server(hub)?.accounts[0]?.state === "signed_in" ? true : undefined));
});

test("whoever asks for no browser gets none, and what is no sign-in is refused by the hub", async () => {
  const person = new PersonAtBrowser();
  const { hub, server } = await attached(person);
  const running = hub.call("signIn", { server: "acme", open_browser: false });
  await waitFor("the wait", () => (server(hub)?.sign_in?.step === "waiting" ? true : undefined));
  await hub.call("cancelSignIn", { server: "acme" });
  expect(await running).toMatchObject({ ok: false, error: { code: "sign_in_cancelled" } });
  expect(person.opened).toEqual([]);
  for (const params of [null, {}, { server: 1 }]) {
    expect(await hub.call("signIn", params)).toMatchObject({ ok: false, error: { code: "invalid_request" } });
  }
});

test("a browser that does not open ends the sign-in and is told here, until a sign-in is tried again", async () => {
  const { hub, open, server } = await attached(new FailingBrowser());
  const failed = { code: "browser_failed", server: "acme", suggestion: "Get one." };
  expect(await hub.call("signIn", { server: "acme" })).toMatchObject({ ok: false, error: failed });
  await waitFor("the failure", () => (server(hub)?.error?.code === "browser_failed" ? true : undefined));
  expect(server(hub)).toMatchObject({ sign_in: null, error: failed });
  const told = await hub.call("activity", { server: "acme" });
  expect(told).toMatchObject({ ok: true, value: { records: [{ kind: "sign_in", code: "browser_failed" }] } });

  const person = new PersonAtBrowser();
  const other = await open(person);
  expect(await other.call("signIn", { server: "acme" })).toMatchObject({ ok: true });
  await waitFor("the end of the failure", () => (server(hub)?.error === null ? true : undefined));
});

test("a sign-in that somebody else began is joined and not ended by this browser's failure", async () => {
  const failing = new FailingBrowser();
  const { hub, open, server } = await attached(failing);
  const person = new PersonAtBrowser();
  const other = await open(person);
  const first = other.call("signIn", { server: "acme", open_browser: false });
  await waitFor("the wait", () => (server(hub)?.sign_in?.step === "waiting" ? true : undefined));
  const joined = hub.call("signIn", { server: "acme" });
  await waitFor("the browser to fail", () => (failing.tries === 1 ? true : undefined));
  const again = other.call("signIn", { server: "acme" });
  expect(await Promise.all([first, joined, again])).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
  expect(person.opened).toHaveLength(1);
});
