/** What can be looked up afterwards: `gatehouse activity` and `gatehouse logs`, with a real hub. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ActivityRecord } from "../../../preload/api.ts";
import { startCli } from "../../fixtures/program.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { failure, makeWorld, PLAIN, type World } from "./parts.ts";

async function records(world: World, ...args: string[]): Promise<ActivityRecord[]> {
  const { stdout } = await world.cli(["activity", "--json", ...args]);
  return (JSON.parse(stdout) as { records: ActivityRecord[] }).records;
}

describe("gatehouse activity", () => {
  test("tells a sign-in and a refresh step by step, without a secret", async () => {
    const world = await makeWorld({}, { accessTokenTtlS: 3600 });
    expect((await world.cli(["activity"])).stderr).toContain("No sign-in or refresh has been recorded yet.");
    expect((await world.login()).code).toBe(0);
    const agent = await world.connect();
    await agent.toolNames();
    world.as.expireAccessTokens();
    await agent.toolNames();

    const [refresh, signIn, ...more] = await records(world, "--server", "acme");
    expect(more).toEqual([]);
    expect(refresh).toMatchObject({ kind: "refresh", outcome: "done", code: null, correlation_id: null });
    expect(refresh?.steps.map(({ name, method, url, status }) => [name, method, url, status])).toEqual([
      ["token (refresh_token)", "POST", `${world.as.issuer}/token`, 200],
    ]);
    expect(signIn).toMatchObject({ kind: "sign_in", outcome: "done", server: "acme", account: "default" });
    expect(signIn?.steps.map(({ name, status }) => [name, status])).toEqual([
      ["probe", 401],
      ["protected resource metadata", 200],
      ["authorization server metadata", 200],
      ["registration", 201],
      ["waiting for the person", null],
      ["token (authorization_code)", 200],
    ]);
    expect(signIn?.steps.filter(({ url }) => url?.includes("?"))).toEqual([]);

    const { stdout, code } = await world.cli(["activity", "--request-id", signIn?.request_id ?? ""]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+Z {2}acme {2}Signed in, [\d.]+ m?s\n/);
    expect(stdout).toContain(`200  token (authorization_code)  POST ${world.as.issuer}/token`);
    expect(stdout).not.toContain("refresh_token");
    expect(statSync(join(world.home.path, "activity.jsonl")).mode & 0o777).toBe(0o600);
    expect(findBytes(world.as.records.secrets, { files: [world.home.path], strings: { stdout } })).toEqual([]);
  });

  test("finds a failed sign-in by both of its ids; an id that it does not know is a failure", async () => {
    const world = await makeWorld();
    const { code, stderr } = await world.login("deny");
    expect(code).toBe(1);
    const ids = /correlation id (\S+), request id (\S+)\)/.exec(stderr) ?? [];
    for (const id of ids.slice(1)) {
      const [record, ...more] = await records(world, "--request-id", id);
      expect(more).toEqual([]);
      expect(record).toMatchObject({ outcome: "failed", code: "authorization_denied", correlation_id: ids[1] });
    }
    expect(ids).toHaveLength(3);
    expect((await world.server()).error).toMatchObject({
      correlation_id: ids[1],
      request_id: ids[2],
      details: { registration_attempted: true, tried: [{ result: 200 }, { result: 200 }] },
    });
    const unknown = await world.cli(["activity", "--request-id", "no-such-id"]);
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect((await world.cli(["activity", "--limit", "0"])).code).toBe(2);
    expect((await world.cli(["activity", "--nonsense"])).code).toBe(2);
  });

  test("finds a failed refresh by the ids that the agent got, also in errors that only repeat it", async () => {
    const world = await makeWorld();
    expect((await world.login()).code).toBe(0);
    const agent = await world.connect();
    expect(await agent.callText("whoami")).toBe("ada");
    world.as.controls.fail("token", { times: 100, status: 503 });
    world.as.expireAccessTokens();
    const first = await failure(agent.callText("whoami"));
    const second = await failure(agent.callText("whoami"));
    expect(first).toMatchObject({ code: "refresh_failed", details: { retryable: true } });
    expect(second.code).toBe("refresh_failed");
    for (const id of [first.request_id, first.correlation_id, second.request_id, second.correlation_id]) {
      const [record, ...more] = await records(world, "--request-id", id ?? "");
      expect(more).toEqual([]);
      expect(record).toMatchObject({ kind: "refresh", outcome: "failed", code: "refresh_failed" });
      expect(record?.steps.map(({ status }) => status)).toEqual([503]);
    }
  });

  test("keeps what it knows over a restart of the hub", async () => {
    const world = await makeWorld();
    await world.login("deny");
    const before = await records(world);
    await Promise.all(world.home.processes().map((pid) => process.kill(pid, "SIGTERM")));
    expect(await records(world)).toEqual(before);
    expect(before).toHaveLength(1);
  });
});

describe("gatehouse logs", () => {
  test("prints what concerns a server, readably or as it is, and follows", async () => {
    const world = await makeWorld({ other: { url: "http://127.0.0.1:9/mcp" } });
    expect((await world.cli(["logs"])).stderr).toContain("The log is empty.");
    await world.login("deny");
    const { stdout, code } = await world.cli(["logs", "acme"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+Z {2}info {3}sign_in\.step {2}server=acme {2}account=default {2}step=probe/m);
    expect(stdout).toMatch(/warn {3}sign_in\.failed .*code=authorization_denied/);
    expect(stdout).not.toContain("hub.started");
    expect((await world.cli(["logs"])).stdout).toContain("hub.started");
    expect((await world.cli(["logs", "--lines", "1"])).stdout.trim().split("\n")).toHaveLength(1);
    const json = (await world.cli(["logs", "acme", "--json"])).stdout.trim().split("\n");
    expect(json.map((line) => (JSON.parse(line) as { server: string }).server)).not.toContain("other");
    expect((await world.cli(["logs", "nobody"])).stderr).toContain("nothing about “nobody”");
    expect((await world.cli(["logs", "a", "b"])).code).toBe(2);

    const follower = use(startCli(["logs", "acme", "--follow", "-n", "0"], { home: world.home.path, env: PLAIN }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await world.login("deny");
    await expect.poll(follower.stdout, { timeout: 10_000 }).toContain("sign_in.failed");
    process.kill(follower.pid, "SIGINT");
    expect(await follower.exited).toBe(0);
  });
});
