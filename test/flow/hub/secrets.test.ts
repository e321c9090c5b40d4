/** Secrets of the vault in `servers.json`, end to end: from a pipe into the vault, from there into a header, nowhere else. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { listen } from "../../fixtures/listen.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { makeWorld } from "./parts.ts";

const REFERENCE = "$" + "{keychain:team-key}"; // spelled apart, so that no linter takes the text for a template

test("a secret is set, used, listed, removed; its value is seen by the server alone", async () => {
  const value = randomBytes(24).toString("base64url");
  const keys: (string | undefined)[] = [];
  const keyed = await listen((request, response) => {
    keys.push(request.headers["x-key"]?.toString());
    response.writeHead(500).end();
  });
  use({ close: keyed.stop });
  const world = await makeWorld({ keyed: { url: `${keyed.origin}/mcp`, headers: { "X-Key": `Key ${REFERENCE}` } } });

  expect((await world.cli(["secret", "list"])).stdout).toBe("team-key  not set, used by keyed\n");
  expect((await world.server("keyed")).error).toMatchObject({
    code: "config_invalid",
    suggestion: "Run: gatehouse secret set team-key",
  });
  expect((await world.server("acme")).state).toBe("sign_in_required");
  expect(keys).toEqual([]);

  const set = await world.cli(["secret", "set", "team-key"], `${value}\n`);
  expect(set).toMatchObject({ code: 0, stdout: "" });
  expect(set.stderr).toContain("keyed can use it now");
  await world.status();
  expect(new Set(keys)).toEqual(new Set([`Key ${value}`]));
  const listed = await world.cli(["secret", "list"]);
  expect(listed.stdout).toBe("team-key  set, used by keyed\n");

  const status = JSON.stringify(await world.status());
  const logs = (await world.cli(["logs"])).stdout;
  const strings = { status, logs, set: set.stderr, listed: listed.stdout };
  expect(findBytes([value], { files: [world.home.path], processes: world.home.processes(), strings })).toEqual([]);

  expect((await world.cli(["secret", "remove", "team-key"])).stderr).toContain("keyed cannot be used without it");
  expect((await world.server("keyed")).error?.code).toBe("config_invalid");
  expect((await world.cli(["secret", "remove", "team-key"])).stderr).toContain("There was no secret");
});

test("a value in an argument, an empty one, a name that is none: refused", async () => {
  const world = await makeWorld();
  expect((await world.cli(["secret", "set", "a", "value"])).code).toBe(2);
  expect((await world.cli(["secret", "set", "a"], "")).code).toBe(2);
  expect((await world.cli(["secret"])).code).toBe(2);
  const bad = await world.cli(["secret", "set", "../a"], "x");
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining("invalid_request") });
  expect((await world.cli(["secret", "list"])).stderr).toContain("There are no secrets.");
});

test("a value of many lines stays as it is, but for the last newline", async () => {
  const seen: (string | undefined)[] = [];
  const keyed = await listen((request, response) => {
    seen.push(request.headers["x-key"]?.toString());
    response.writeHead(500).end();
  });
  use({ close: keyed.stop });
  const world = await makeWorld({ keyed: { url: `${keyed.origin}/mcp`, headers: { "X-Key": REFERENCE } } });
  await world.cli(["secret", "set", "team-key"], "one\ntwo\n");
  expect((await world.server("keyed")).error?.message).toContain("holds a character that no header can carry");
  await world.cli(["secret", "set", "team-key"], " padded ");
  await world.status();
  expect(seen.at(-1)?.trim()).toBe("padded");
});
