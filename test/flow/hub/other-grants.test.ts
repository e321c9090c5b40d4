/** Grants that need no browser of this machine, as agents and a terminal live them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACCOUNTS, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { authorizationRequest, clickThrough, enterUserCode, exchangeCode } from "../../fixtures/oauth-client.ts";
import { startCli } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, PLAIN } from "./parts.ts";

const ADA = { user: "ada", password: ACCOUNTS.ada ?? "" };
const SECRET = "the robot's own secret";

async function robots(auth: Readonly<Record<string, unknown>> = {}, accessTokenTtlS = 3600) {
  const as = use(
    await startAuthorizationServer({
      accessTokenTtlS,
      clients: [
        {
          client_id: "robot",
          client_secret: SECRET,
          grant_types: ["client_credentials"],
          redirect_uris: [],
          response_types: [],
        },
      ],
    }),
  );
  const resource = use(await startProtectedServer({ issuer: as }));
  const block = { grant: "client_credentials", client_id: "robot", client_secret: SECRET, ...auth };
  const world = await makeWorld({ robot: { url: resource.url, auth: block } });
  return { ...world, robotAs: as, resource };
}

test("client_credentials: an agent's first call works without a click", async () => {
  const { connect, robotAs, server, status } = await robots();
  const [one, two] = await Promise.all([connect("robot", "Claude"), connect("robot", "Cursor")]);
  const sums = Promise.all([one.callText("add", { a: 1, b: 2 }), two.callText("add", { a: 2, b: 2 })]);
  expect(await sums).toEqual(["3", "4"]);
  expect(await one.toolNames()).not.toContain("sign_in");
  expect(robotAs.records.tokenRequests()).toHaveLength(1);
  expect(await server("robot")).toMatchObject({
    state: "ready",
    error: null,
    accounts: [{ name: "default", state: "signed_in", renewable: true, scope: "mcp:tools" }],
  });
  expect(JSON.stringify(await status())).not.toContain(SECRET);
});

test("client_credentials: while tokens end, calls go on, and no call fails", async () => {
  const { connect, robotAs } = await robots({}, 2);
  const agent = await connect("robot");
  await waitFor("a third token", async () => {
    expect(await agent.callText("add", { a: 1, b: 2 })).toBe("3");
    return robotAs.records.tokenRequests().length >= 3 ? true : undefined;
  });
  expect(new Set(robotAs.records.tokenRequests().map(({ params }) => params.grant_type))).toEqual(
    new Set(["client_credentials"]),
  );
  expect(robotAs.records.tokenRequests().every(({ status }) => status === 200)).toBe(true);
});

test("client_credentials: wrong credentials are told, to the agent as a need, and not tried again and again", async () => {
  const { cli, connect, robotAs, server } = await robots({ client_secret: "wrong" });
  const agent = await connect("robot");
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  expect(await failure(agent.callText("add", { a: 1, b: 1 }))).toMatchObject({
    code: "sign_in_required",
    server: "robot",
  });
  expect(robotAs.records.tokenRequests()).toHaveLength(1);
  expect(await server("robot")).toMatchObject({
    state: "sign_in_required",
    error: { code: "token_exchange_failed", details: { error: "“invalid_client”" } },
  });
  const { code, stderr } = await cli(["login", "robot"]);
  expect(code).toBe(1);
  expect(stderr).toContain("token_exchange_failed");
  expect(stderr).toContain("client id");
  expect(robotAs.records.tokenRequests()).toHaveLength(2);
});

test("client_credentials: login asks at once and opens nothing", async () => {
  const { cli, server } = await robots();
  const { code, stderr, stdout } = await cli(["login", "robot"]);
  expect([code, stdout]).toEqual([0, ""]);
  expect(stderr).toContain("no browser");
  expect(stderr).not.toContain("http://127.0.0.1:0");
  expect(await server("robot")).toMatchObject({ accounts: [{ state: "signed_in" }] });
});

test("device_code: the terminal shows code and page, the status too, and no callback address is asked for", async () => {
  const as = use(await startAuthorizationServer());
  const resource = use(await startProtectedServer({ issuer: as }));
  const { home, connect, server } = await makeWorld({ tv: { url: resource.url, auth: { grant: "device_code" } } });
  const running = use(startCli(["login", "tv", "--no-browser"], { home: home.path, env: PLAIN }));
  const [, code = ""] = await running.waitForStderr(/code ([A-Z]{4}-[A-Z]{4}) at (\S+)/);
  await running.waitForStderr(/Waiting up to 300 s/);
  expect(running.stderr()).toContain(`${as.issuer}/device?user_code=`);
  expect(running.stderr()).not.toContain("paste");
  expect(await server("tv")).toMatchObject({
    state: "signing_in",
    sign_in: { step: "waiting", user_code: code, verification_uri: `${as.issuer}/device` },
  });
  await enterUserCode(new URL(`${as.issuer}/device`), code, ADA);
  expect(await running.exited).toBe(0);
  const agent = await connect("tv");
  expect(await agent.callText("whoami")).toBe("ada");
});

test("a refresh token from elsewhere comes on stdin, is used once, and is found nowhere afterwards", async () => {
  const redirectUri = "http://127.0.0.1/callback";
  const as = use(
    await startAuthorizationServer({
      clients: [
        {
          client_id: "elsewhere",
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          redirect_uris: [redirectUri],
        },
      ],
    }),
  );
  const resource = use(await startProtectedServer({ issuer: as }));
  const client = { clientId: "elsewhere", redirectUri };
  const attempt = authorizationRequest(as.issuer, client, { resource: resource.url, scope: "mcp:tools" });
  const code = (await clickThrough(attempt.url, ADA)).searchParams.get("code") ?? "";
  const { body } = await exchangeCode(as.issuer, client, attempt, code, resource.url);
  const refreshToken = String(body.refresh_token);

  const { home, cli, connect, status } = await makeWorld({
    mine: { url: resource.url, auth: { client_id: "elsewhere" } },
  });
  const login = ["login", "mine", "--refresh-token-stdin"];
  expect(await cli(login, "")).toMatchObject({ code: 2 });
  const signedIn = await cli(login, `${refreshToken}\n`);
  expect(signedIn.stderr).toContain("Signed in");
  expect(signedIn.code).toBe(0);
  const agent = await connect("mine");
  expect(await agent.callText("whoami")).toBe("ada");
  expect(as.records.tokenRequests("refresh_token")).toHaveLength(1);
  const snapshot = await status();
  const hits = findBytes(as.records.secrets, {
    files: [home.path],
    processes: [snapshot.hub.pid],
    strings: { stderr: signedIn.stderr, stdout: signedIn.stdout, snapshot: JSON.stringify(snapshot) },
  });
  expect(hits).toEqual([]);
  expect(readFileSync(join(home.path, "logs", "gatehouse.log"), "utf8")).toContain("sign_in.done");
  const again = await cli(login, "no-such-refresh-token");
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("token_exchange_failed");
  expect(again.stderr).not.toContain("no-such-refresh-token");
});
