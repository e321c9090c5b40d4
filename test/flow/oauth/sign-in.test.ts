import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import type { SignInProgress } from "../../../preload/api.ts";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { codeOf, errorOf, makeRig, makeWorld, PersonAtBrowser, REFUSED, remoteServer } from "./parts.ts";

const OPEN = { openBrowser: true };

async function refusesConnections(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

/** How many keep this process alive. */
function listeners(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "TCPServerWrap").length;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a sign-in", () => {
  test("finds, registers, asks, exchanges and stores one grant", async () => {
    const { as, resource, server, signIns, vault, browser } = await makeWorld();
    const steps: SignInProgress[] = [];
    const outcome = await signIns.signIn(server, "default", { ...OPEN, onProgress: (step) => steps.push(step) });

    expect(outcome).toEqual({ account: "default", scope: "mcp:tools" });
    expect(steps.map(({ step }) => step)).toEqual([
      "probe",
      "callback",
      "register",
      "authorize",
      "waiting",
      "exchange",
      "done",
    ]);
    const [asked] = as.records.authorizations;
    expect(asked?.params).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      resource: resource.url,
      scope: "mcp:tools offline_access",
      prompt: "consent",
    });
    expect(asked?.params.redirect_uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(as.records.tokenRequests("authorization_code")[0]?.params.resource).toBe(resource.url);
    // A resource's scope in a registration is refused by many servers, this one among them.
    expect(as.records.of("register").map(({ params, status }) => ({ params, status }))).toEqual([
      {
        status: 201,
        params: {
          client_name: "Gatehouse",
          application_type: "native",
          redirect_uris: [asked?.params.redirect_uri],
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          token_endpoint_auth_method: "none",
        },
      },
    ]);

    const grant = vault.only();
    expect([...vault.entries.keys()]).toEqual([
      JSON.stringify({ server: "notes", account: "default", origin: new URL(resource.url).origin }),
    ]);
    expect(grant).toMatchObject({ issuer: as.issuer, resource: resource.url, client: { source: "dynamic" } });
    expect(grant.refresh_token).toEqual(expect.any(String));
    const admitted = await fetch(resource.url, { headers: { authorization: `Bearer ${grant.access_token}` } });
    expect(admitted.status).not.toBe(401);

    expect((await browser.page()).status).toBe(200);
    expect((await browser.page()).text).toContain("Signed in to notes");
    expect(await refusesConnections(String(asked?.params.redirect_uri))).toBe(true);
    expect(signIns.isSignedIn(server, "default")).toBe(true);
    expect(signIns.status(server)).toMatchObject({
      accounts: [{ name: "default", state: "signed_in", renewable: true, issuer: as.issuer }],
      signIn: null,
      challenge: null,
      error: null,
    });
  });

  test("serves two callers with one authorization and one registration", async () => {
    const { as, server, signIns, browser } = await makeWorld();
    const heard: string[][] = [[], []];
    const outcomes = await Promise.all(
      heard.map((steps) => signIns.signIn(server, "default", { ...OPEN, onProgress: ({ step }) => steps.push(step) })),
    );
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(heard[0]).toEqual(heard[1]);
    expect(as.records.authorizations).toHaveLength(1);
    expect(as.records.registrations).toHaveLength(1);
    expect(browser.opened).toHaveLength(1);
  });

  test("that was declined says so and can be tried again", async () => {
    const { as, server, signIns, vault, browser } = await makeWorld();
    browser.decision = "deny";
    expect(await codeOf(signIns.signIn(server, "default", OPEN))).toBe("authorization_denied");
    expect((await browser.page()).text).toContain("Sign-in to notes declined");
    expect(as.records.count("token")).toBe(0);
    expect(vault.entries.size).toBe(0);
    expect(signIns.status(server).error?.code).toBe("authorization_denied");
    browser.decision = "allow";
    await signIns.signIn(server, "default", OPEN);
    expect(signIns.status(server).error).toBeNull();
  });

  test.each([
    ["a wrong state", (home: URL) => home.searchParams.set("state", "guessed")],
    ["no state", (home: URL) => home.searchParams.delete("state")],
    ["two states", (home: URL) => home.searchParams.append("state", "guessed")],
  ])("whose answer has %s ends with state_mismatch and exchanges nothing", async (_, tamper) => {
    const { as, server, signIns, vault, browser } = await makeWorld();
    browser.onTheWayHome = (home) => {
      tamper(home);
      return home;
    };
    expect(await codeOf(signIns.signIn(server, "default", OPEN))).toBe("state_mismatch");
    expect(as.records.count("token")).toBe(0);
    expect(vault.entries.size).toBe(0);
    expect((await browser.page()).status).toBe(400);
    expect(await refusesConnections(String(as.records.authorizations[0]?.params.redirect_uri))).toBe(true);
  });

  test.each([
    ["another issuer", (home: URL) => home.searchParams.set("iss", "https://evil.example")],
    ["no issuer though one was promised", (home: URL) => home.searchParams.delete("iss")],
    ["the issuer with a slash", (home: URL) => home.searchParams.set("iss", `${home.searchParams.get("iss")}/`)],
  ])("whose answer names %s ends with issuer_mismatch and exchanges nothing", async (_, tamper) => {
    const { as, server, signIns, browser } = await makeWorld();
    browser.onTheWayHome = (home) => {
      tamper(home);
      return home;
    };
    expect(await codeOf(signIns.signIn(server, "default", OPEN))).toBe("issuer_mismatch");
    expect(as.records.authorizations).toHaveLength(1);
    expect(as.records.count("token")).toBe(0);
  });

  test("escapes what the authorization server says on our page", async () => {
    const { server, signIns, browser } = await makeWorld();
    browser.onTheWayHome = (home) => {
      home.searchParams.delete("code");
      home.searchParams.set("error", "<script>alert(1)</script>");
      return home;
    };
    const error = await errorOf(signIns.signIn(server, "default", OPEN));
    expect(error.code).toBe("token_exchange_failed");
    expect((await browser.page()).text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect((await browser.page()).text).not.toContain("<script>alert");
  });

  test("that nobody finishes times out and is cancelled, and tells an old tab so until the end", async () => {
    const nobody = { open: async () => {} };
    const { server, signIns } = await makeWorld({}, {}, { browser: nobody });
    let redirect = "";
    const onProgress = ({ url }: SignInProgress) => {
      if (url !== undefined) redirect = new URL(url).searchParams.get("redirect_uri") ?? "";
    };
    const late = await errorOf(signIns.signIn(server, "default", { ...OPEN, timeoutS: 1, onProgress }));
    expect(late).toMatchObject({ code: "callback_timeout", server: "notes", requestId: expect.any(String) });
    const redirects = [redirect];

    const others = listeners();
    const running = signIns.signIn(server, "default", {
      ...OPEN,
      onProgress: (progress) => {
        onProgress(progress);
        if (progress.step !== "waiting") return;
        expect(listeners()).toBe(others + 1);
        signIns.cancel("notes", "default");
      },
    });
    expect(await codeOf(running)).toBe("sign_in_cancelled");
    expect(signIns.cancel("notes", "default")).toBe(false);
    expect(signIns.status(server).signIn).toBeNull();

    redirects.push(redirect);
    expect(listeners()).toBe(others);
    for (const old of redirects) {
      const page = await fetch(`${old}?state=s&code=c`);
      expect([page.status, (await page.text()).includes("no longer waiting")]).toEqual([410, true]);
      expect((await fetch(`${old}?state=s&code=c`, { method: "POST" })).status).toBe(400);
    }
    await signIns.close();
    expect(await Promise.all(redirects.map(refusesConnections))).toEqual([true, true]);
  });

  test("that was cancelled leaves a fixed port to the next one, which knows the old tab", async () => {
    const { server: open, signIns } = await makeWorld();
    const port = await freePort();
    const server = { ...open, auth: { redirect_uri: `http://127.0.0.1:${port}/callback` } };
    let state = "";
    const cancelled = signIns.signIn(server, "default", {
      openBrowser: false,
      onProgress: ({ step, url }) => {
        if (url !== undefined) state = new URL(url).searchParams.get("state") ?? "";
        if (step === "waiting") signIns.cancel("notes", "default");
      },
    });
    expect(await codeOf(cancelled)).toBe("sign_in_cancelled");
    const oldTab = `${server.auth.redirect_uri}?state=${state}&code=c`;
    expect((await fetch(oldTab)).status).toBe(410);

    let answer: Promise<Response> | undefined;
    await signIns.signIn(server, "default", {
      ...OPEN,
      onProgress: ({ step }) => {
        if (step === "authorize") answer = fetch(oldTab);
      },
    });
    expect((await answer)?.status).toBe(410);
    expect(signIns.isSignedIn(server, "default")).toBe(true);
  });

  test("takes a pasted address, once, and only its own", async () => {
    const { as, server, signIns } = await makeWorld();
    const person = new PersonAtBrowser();
    const url = await new Promise<string>((resolve, reject) => {
      signIns
        .signIn(server, "default", { openBrowser: false, onProgress: (step) => step.url && resolve(step.url) })
        .catch(reject);
    });
    const home = await new Promise<URL>((resolve) => {
      person.onTheWayHome = (at) => {
        resolve(at);
        return new URL(as.issuer);
      };
      void person.open(new URL(url));
    });
    expect(await codeOf(signIns.submitCallback("notes", "work", home.href))).toBe("invalid_request");
    expect(await codeOf(signIns.submitCallback("notes", "default", "no address"))).toBe("invalid_request");
    const foreign = new URL(home);
    foreign.searchParams.set("state", "of-another");
    expect(await codeOf(signIns.submitCallback("notes", "default", foreign.href))).toBe("state_mismatch");
    const joined = signIns.signIn(server, "default", { openBrowser: false });
    await signIns.submitCallback("notes", "default", `  ${home.href}\n`);
    expect(await joined).toEqual({ account: "default", scope: "mcp:tools" });
    expect(as.records.count("token")).toBe(1);
  });

  test("whose browser does not start ends, unless somebody sees the address", async () => {
    const open = async () => {
      throw new GatehouseError({ code: "browser_failed", message: "There is none.", suggestion: "Get one." });
    };
    const { server, signIns } = await makeWorld({}, {}, { browser: { open } });
    expect(await codeOf(signIns.signIn(server, "default", OPEN))).toBe("browser_failed");

    const texts: string[] = [];
    const onProgress = ({ text, url }: SignInProgress) => {
      texts.push(text);
      if (text.includes("could not be opened") && url !== undefined) void new PersonAtBrowser().open(new URL(url));
    };
    await signIns.signIn(server, "default", { ...OPEN, onProgress });
    expect(texts.at(-1)).toBe("Signed in to “notes”.");
  });

  test("brings a lost tab back at a later click", async () => {
    const as = use(await startAuthorizationServer());
    const resource = use(await startProtectedServer({ issuer: as }));
    const server = remoteServer(resource.url);
    const opened: string[] = [];
    const person = new PersonAtBrowser();
    const { signIns, clock } = makeRig({
      browser: {
        open: async (url) => {
          opened.push(url.href);
          if (opened.length === 2) await person.open(url);
        },
      },
    });
    const first = signIns.signIn(server, "default", OPEN);
    await expect.poll(() => opened.length).toBe(1);
    const second = signIns.signIn(server, "default", OPEN);
    expect(opened).toHaveLength(1);
    clock.ahead = 5_000;
    const third = signIns.signIn(server, "default", OPEN);
    expect(await Promise.all([first, second, third])).toHaveLength(3);
    expect(opened).toEqual([opened[0], opened[0]]);
    expect(as.records.registrations).toHaveLength(1);
  });

  test("is refused before anything is asked when the vault cannot keep it", async () => {
    const { as, resource, server, signIns, vault, browser } = await makeWorld();
    vault.failing.add("get");
    expect(await codeOf(signIns.signIn(server, "default", OPEN))).toBe("vault_unavailable");
    expect(browser.opened).toEqual([]);
    expect(resource.requests).toEqual([]);
    expect(as.records.requests).toEqual([]);
  });

  test("whose grant cannot be stored revokes what it got", async () => {
    const { as, server, signIns, vault, browser } = await makeWorld();
    vault.failing.add("put");
    expect(await codeOf(signIns.signIn(server, "default", OPEN))).toBe("vault_unavailable");
    expect(as.records.of("revoke").map(({ status }) => status)).toEqual([200, 200]);
    expect(signIns.isSignedIn(server, "default")).toBe(false);
    expect((await browser.page()).text).toContain("Not signed in to notes");
  });

  test("at a server that lets everybody in says that none is needed", async () => {
    const resource = use(await startProtectedServer());
    const { signIns, browser } = makeRig();
    const error = await errorOf(signIns.signIn(remoteServer(resource.url), "default", OPEN));
    expect(error.code).toBe("no_sign_in_needed");
    expect(error.message).toContain("401");
    expect(browser.opened).toEqual([]);
    expect(resource.closed).toEqual(resource.opened);
  });

  test("uses a fixed redirect as it is written, and names the port when it is taken", async () => {
    const { as, resource, signIns, browser } = await makeWorld();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const { port } = squatter.address() as { port: number };
    const redirect_uri = `http://localhost:${port}/oauth/done`;
    const server = remoteServer(resource.url, { redirect_uri });
    const error = await errorOf(signIns.signIn(server, "default", OPEN));
    expect(error.code).toBe("redirect_unavailable");
    expect(error.message).toContain(String(port));
    expect(as.records.count("register")).toBe(0);
    expect(browser.opened).toEqual([]);
    await new Promise<void>((resolve) => squatter.close(() => resolve()));

    await signIns.signIn(server, "default", OPEN);
    expect(as.records.authorizations[0]?.params.redirect_uri).toBe(redirect_uri);
  });

  test.each(["client_secret_basic", "client_secret_post"] as const)(
    "works with an issuer that has a path, and with a client known beforehand, by %s",
    async (method) => {
      const client = {
        client_id: "known-client_1",
        client_secret: "se-cret+/%&=: ~!*0123456789",
        redirect_uris: ["http://127.0.0.1/callback"],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: method,
      };
      const { as, resource, signIns, vault } = await makeWorld({
        path: "/tenant",
        registration: false,
        clients: [client],
      });
      expect(await codeOf(signIns.signIn(remoteServer(resource.url), "default", OPEN))).toBe("client_id_required");
      const { client_id, client_secret } = client;
      const server = remoteServer(resource.url, { client_id, client_secret, token_endpoint_auth_method: method });
      await signIns.signIn(server, "default", OPEN);
      const { access_token: first, client: stored } = vault.only();
      expect(stored).toMatchObject({ source: "config", token_endpoint_auth_method: method });
      expect(await signIns.credentials(server, "default").refused(first, REFUSED)).toBe("retry");
      expect(await signIns.signOut(server, "default", false)).toMatchObject({ revocation: "revoked" });
      const requests = [...as.records.tokenRequests(), ...as.records.of("revoke")];
      expect(requests.map(({ params, status }) => [params.grant_type, status])).toEqual([
        ["authorization_code", 200],
        ["refresh_token", 200],
        [undefined, 200],
        [undefined, 200],
      ]);
      expect(requests.every(({ params }) => "client_secret" in params === (method === "client_secret_post"))).toBe(
        true,
      );
      expect(as.records.count("register")).toBe(0);
    },
  );

  test("works with a client that is known by its metadata document", async () => {
    const document = "https://client.example/gatehouse.json";
    const client = {
      client_id: document,
      redirect_uris: ["http://127.0.0.1/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none" as const,
    };
    const { as, resource, signIns, vault } = await makeWorld({ clients: [client] });
    as.metadata.client_id_metadata_document_supported = true;
    const server = remoteServer(resource.url, { client_metadata_url: document });
    await signIns.signIn(server, "default", OPEN);
    expect(vault.only().client).toMatchObject({ source: "metadata_document", client_id: document });
    expect(as.records.count("register")).toBe(0);
  });
});
