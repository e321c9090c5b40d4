/** The device authorization grant (RFC 8628): once against a real authorization server, its edges against a strict fake. */
import { afterEach, describe, expect, test } from "vitest";
import type { SignInProgress } from "../../../preload/api.ts";
import { ACCOUNTS } from "../../fixtures/authorization-server.ts";
import { enterUserCode } from "../../fixtures/oauth-client.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { type Answer, type Seen, serverMetadata, startHostileServer } from "./hostile-server.ts";
import { codeOf, errorOf, makeRig, makeWorld, remoteServer, tokenOf } from "./parts.ts";

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const ADA = { user: "ada", password: ACCOUNTS.ada ?? "" };

/** Polls as fast as it is let: `let` one more question through. */
class Pace {
  readonly pauses: number[] = [];
  #waiting: (() => void)[] = [];
  free = false;
  readonly pause = (ms: number, signal: AbortSignal): Promise<void> => {
    this.pauses.push(ms);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (this.free) setImmediate(resolve);
      else this.#waiting.push(resolve);
    });
  };
  letGo(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe("at a real authorization server", () => {
  async function world() {
    const pace = new Pace();
    const browser = { open: async (url: URL) => void opened.push(url) };
    return { pace, ...(await makeWorld({}, { grant: "device_code" }, { pollPause: pace.pause, browser })) };
  }
  const opened: URL[] = [];
  afterEach(() => void opened.splice(0));

  test("shows a code, waits until it was entered elsewhere, and has a grant that renews itself", async () => {
    const { as, resource, server, pace, signIns, vault, clock } = await world();
    const progress: SignInProgress[] = [];
    const outcome = signIns.signIn(server, "default", { openBrowser: true, onProgress: (step) => progress.push(step) });
    await waitFor("the first pause", () => pace.pauses[0]);
    const said = progress.find(({ user_code }) => user_code !== undefined);
    const code = said?.user_code ?? "";
    expect(code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(said?.step).toBe("authorize");
    expect(said?.text).toContain(code);
    expect(said?.text).toContain(`${as.issuer}/device`);
    expect(signIns.status(server, []).signIn).toMatchObject({
      step: "waiting",
      user_code: code,
      verification_uri: `${as.issuer}/device`,
    });
    // The short way has the code in it.
    expect(opened.map(({ href }) => href)).toEqual([said?.url]);
    expect(opened[0]?.searchParams.get("user_code")?.replace("-", "")).toBe(code.replace("-", ""));
    pace.letGo();
    await waitFor("a second pause", () => pace.pauses[1]);
    expect(as.records.tokenRequests(DEVICE_CODE)[0]?.answer).toMatchObject({ error: "authorization_pending" });
    expect(await enterUserCode(new URL(`${as.issuer}/device`), code, ADA)).toContain("Done");
    pace.letGo();
    expect(await outcome).toEqual({ account: "default", scope: "mcp:tools" });
    const grant = vault.only();
    expect(grant).toMatchObject({
      grant_type: "device_code",
      resource: resource.url,
      refresh_token: expect.any(String),
    });
    expect(JSON.stringify(progress)).not.toContain(as.records.of("device_authorization")[0]?.answer?.device_code);
    const registered = as.records.registrations[0]?.params;
    expect(registered).toMatchObject({ grant_types: [DEVICE_CODE, "refresh_token"], redirect_uris: [] });
    clock.ahead = 3_600_000;
    expect(await tokenOf(signIns.credentials(server, "default"))).toBe(vault.only().access_token);
    expect(as.records.tokenRequests("refresh_token")).toHaveLength(1);
    expect(signIns.status(server, []).signIn).toBeNull();
  });

  test("opens no browser when none is wanted", async () => {
    const { server, pace, signIns } = await world();
    const outcome = signIns.signIn(server, "default", { openBrowser: false });
    await waitFor("the first pause", () => pace.pauses[0]);
    expect(opened).toEqual([]);
    // A second click asks for the page; it is the same sign-in.
    const joined = signIns.signIn(server, "default", { openBrowser: true });
    await waitFor("the page", () => opened[0]);
    expect(signIns.cancel("notes", "default")).toBe(true);
    expect(await codeOf(outcome)).toBe("sign_in_cancelled");
    expect(await codeOf(joined)).toBe("sign_in_cancelled");
  });

  test("a person who says no has denied it", async () => {
    const { as, server, pace, signIns, vault } = await world();
    const outcome = signIns.signIn(server, "default", { openBrowser: false });
    const failure = errorOf(outcome);
    await waitFor("the first pause", () => pace.pauses[0]);
    const code = signIns.status(server, []).signIn?.user_code ?? "";
    await enterUserCode(new URL(`${as.issuer}/device`), code, { ...ADA, decision: "deny" });
    pace.letGo();
    expect(await failure).toMatchObject({ code: "authorization_denied", requestId: expect.any(String) });
    expect(vault.entries.size).toBe(0);
    expect(signIns.status(server, [])).toMatchObject({ signIn: null, error: { code: "authorization_denied" } });
  });
});

describe("at a strict fake", () => {
  const DEVICE = {
    device_code: "secret-device-code",
    user_code: "WDJB-MJHT",
    expires_in: 900,
    interval: 7,
  };
  const pending: Answer = { status: 400, body: { error: "authorization_pending" } };
  const tokens: Answer = { body: { access_token: "at-1", token_type: "Bearer", expires_in: 3600 } };

  async function world(answers: readonly Answer[], device: Readonly<Record<string, unknown>> = {}) {
    const host = use(await startHostileServer());
    const endpoint = `${host.origin}/device_authorization`;
    const metadata = serverMetadata(host.origin, { device_authorization_endpoint: endpoint });
    host.paths.set("/.well-known/oauth-authorization-server", { body: metadata });
    const verification = { verification_uri: `${host.origin}/device` };
    host.paths.set("/device_authorization", { body: { ...DEVICE, ...verification, ...device } });
    const left = [...answers];
    host.paths.set("/token", (request: Seen) => {
      const form = new URLSearchParams(request.body);
      const right = form.get("grant_type") === DEVICE_CODE && form.get("device_code") === DEVICE.device_code;
      if (!right || form.get("client_id") !== "registered") return { status: 400, body: { error: "invalid_request" } };
      return left.shift() ?? pending;
    });
    const pace = new Pace();
    pace.free = true;
    const opened: URL[] = [];
    const rig = makeRig({ pollPause: pace.pause, browser: { open: async (url) => void opened.push(url) } });
    const server = remoteServer(host.url, { grant: "device_code" });
    const signIn = (openBrowser = true) => rig.signIns.signIn(server, "default", { openBrowser });
    return { host, server, pace, opened, signIn, ...rig };
  }

  test("keeps to the interval, adds five seconds for each slow_down, doubles it when no answer comes", async () => {
    const slower: Answer = { status: 400, body: { error: "slow_down" } };
    const { pace, signIn, vault } = await world([pending, slower, slower, pending, { status: 503 }, pending, tokens]);
    await signIn();
    expect(pace.pauses).toEqual([7, 7, 12, 17, 17, 34, 34].map((seconds) => seconds * 1000));
    expect(vault.only()).toMatchObject({ access_token: "at-1", grant_type: "device_code" });
  });

  test.each([
    ["no interval", { interval: undefined }, 5_000],
    ["an interval in words", { interval: "9" }, 9_000],
    ["an interval of nothing", { interval: 0 }, 5_000],
    ["an interval of a day", { interval: 86_400 }, 300_000],
  ])("%s", async (_name, device, pause) => {
    const { pace, signIn } = await world([tokens], device);
    await signIn();
    expect(pace.pauses).toEqual([pause]);
  });

  test.each([
    ["expired_token", "callback_timeout"],
    ["access_denied", "authorization_denied"],
    ["invalid_grant", "token_exchange_failed"],
    ["invalid_client", "token_exchange_failed"],
  ])("%s ends it with %s, and nothing is asked again", async (error, code) => {
    const { host, signIn, vault } = await world([pending, { status: 400, body: { error } }]);
    expect(await codeOf(signIn())).toBe(code);
    expect(host.asked("/token")).toHaveLength(2);
    expect(vault.entries.size).toBe(0);
  });

  test("a code that ran out while the server says nothing of it ends it too", async () => {
    const { clock, signIn, pace, host } = await world([]);
    pace.free = false;
    const failure = errorOf(signIn());
    await waitFor("the first pause", () => pace.pauses[0]);
    clock.ahead = 901_000;
    pace.letGo();
    expect(await failure).toMatchObject({ code: "callback_timeout", details: { reason: "expired_token" } });
    expect(host.asked("/token")).toHaveLength(0);
  });

  test.each([
    ["a script", { verification_uri: "javascript:alert(1)" }, "unsafe_url"],
    ["plain http elsewhere", { verification_uri: "http://as.example/device" }, "unsafe_url"],
    ["a short way that is a script", { verification_uri_complete: "javascript:alert(1)" }, null],
    ["a short way to somebody else", { verification_uri_complete: "https://evil.example/device?user_code=X" }, null],
    ["a code with a line break", { user_code: "AB\nCD" }, "metadata_invalid"],
    ["a code with a hidden turn", { user_code: "AB\u202eCD" }, "metadata_invalid"],
    ["a code as long as a letter", { user_code: "A".repeat(65) }, "metadata_invalid"],
    ["no code", { user_code: undefined }, "token_exchange_failed"],
  ])("a verification page or code that is %s is not shown", async (_name, device, code) => {
    const { host, opened, signIn } = await world([tokens], device);
    if (code === null) {
      await signIn();
      expect(opened.map(({ href }) => href)).toEqual([`${host.origin}/device`]);
    } else {
      expect(await codeOf(signIn())).toBe(code);
      expect(opened).toEqual([]);
      expect(host.asked("/token")).toEqual([]);
    }
  });

  test("a server that offers no device sign-in is said so before anything is asked", async () => {
    const { host, signIn } = await world([]);
    host.paths.set("/.well-known/oauth-authorization-server", { body: serverMetadata(host.origin) });
    const error = await errorOf(signIn());
    expect(error).toMatchObject({ code: "unsupported" });
    expect(error.suggestion).toContain("device_authorization_endpoint");
    expect(host.asked("/register")).toEqual([]);
    const endpoint = `${host.origin}/device_authorization`;
    const told = remoteServer(host.url, { grant: "device_code", device_authorization_endpoint: endpoint });
    const { signIns } = makeRig({ pollPause: async () => {} });
    host.paths.set("/token", tokens);
    expect(await signIns.signIn(told, "default", { openBrowser: false })).toMatchObject({ account: "default" });
  });

  test("a refusal of the first request says what the server said, cut and quoted", async () => {
    const { host, signIn } = await world([]);
    host.paths.set("/device_authorization", {
      status: 400,
      body: { error: "invalid_scope", error_description: `no\u0000such\u202escope ${"x".repeat(400)}` },
    });
    const error = await errorOf(signIn());
    expect(error.code).toBe("token_exchange_failed");
    expect(error.message).toContain("“invalid_scope: no such scope");
    expect(error.message.length).toBeLessThan(400);
  });

  test("a pasted callback address is not taken: nothing waits for one", async () => {
    const { pace, signIns, signIn } = await world([]);
    pace.free = false;
    const outcome = codeOf(signIn());
    await waitFor("the first pause", () => pace.pauses[0]);
    expect(await codeOf(signIns.submitCallback("notes", "default", "http://127.0.0.1/cb?code=x&state=y"))).toBe(
      "invalid_request",
    );
    signIns.cancel("notes", "default");
    expect(await outcome).toBe("sign_in_cancelled");
  });
});
