import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GatehouseError } from "../../main/errors.ts";
import { createLog, formatLine, logLevel } from "../../main/log.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-log-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const TIME = new Date("2026-01-02T03:04:05.678Z");
const lineOf = (fields: Record<string, unknown>) => formatLine("info", "test", fields, TIME);
const parsed = (fields: Record<string, unknown>): Record<string, unknown> => JSON.parse(lineOf(fields));

describe("a line", () => {
  test("is JSON with time, level and event first, which no field can replace", () => {
    expect(lineOf({ server: "github", level: "forged", time: "forged", event: "forged" })).toBe(
      '{"time":"2026-01-02T03:04:05.678Z","level":"info","event":"test","server":"github"}\n',
    );
  });

  test("stays one line with nothing that a terminal acts on", () => {
    const nasty = 'x\n{"level":"error"}\r\u001b[2J\u0085\u2028\u202e\u200b\u009b';
    const line = lineOf({ [nasty]: nasty });
    expect(line.slice(0, -1)).toMatch(/^[\u0020-\u007e]+$/);
    expect(JSON.parse(line)[nasty]).toBe(nasty);
  });

  test.each([
    "access_token",
    "refreshToken",
    "id_token",
    "client_secret",
    "Authorization",
    "Proxy-Authorization",
    "code",
    "code_verifier",
    "state",
    "password",
    "Set-Cookie",
    "client_assertion",
    "private_key",
    "X-Api-Key",
    "device_code",
    "user_code",
    "nonce",
    "registration_access_token",
  ])("hides the value of %s, at any depth and of any shape", (key) => {
    const line = lineOf({
      [key]: "MARK-value",
      deep: [{ [key]: { inner: ["MARK-value"] } }],
      map: new Map([[key, "MARK-value"]]),
    });
    expect(line).not.toContain("MARK");
    expect(line).toContain("[redacted]");
  });

  test("keeps what only sounds like a secret", () => {
    const fields = {
      token_endpoint: "https://as.example.com/token",
      token_endpoint_auth_method: "none",
      token_type: "Bearer",
      has_token: true,
      refresh_token: null,
      tokens: 3,
      code: "sign_in_required",
      state: "ready",
      issuer: "https://as.example.com",
      error: { code: "ECONNREFUSED" },
      rpc: { code: -32603 },
    };
    expect(parsed(fields)).toMatchObject(fields);
  });

  test.each([
    ["got Bearer abcdefghijklmnop from it", "abcdefghijklmnop"],
    ["Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"],
    ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl end", "eyJzdWIiOiIxIn0"],
    ["at http://127.0.0.1:4000/callback?code=SplxlOBeZQQYbYS6&state=xyzxyz", "SplxlOBeZQQYbYS6"],
    ["https://user:hunter2222@example.com/mcp", "hunter2222"],
    ["https://x.example/#access_token=MARKMARK", "MARKMARK"],
    ["body was grant_type=refresh_token&refresh_token=MARKMARK", "MARKMARK"],
    ['{"access_token":"MARKMARK","expires_in":3600}', "MARKMARK"],
    ["-----BEGIN PRIVATE KEY-----\nMARKMARK\n-----END PRIVATE KEY-----", "MARKMARK"],
    ["ghp_0123456789abcdefMARK", "MARK"],
  ])("hides in %j", (text, secret) => {
    expect(lineOf({ note: text, list: [text], error: new Error(text) })).not.toContain(secret);
  });

  test("a URL keeps origin and path", () => {
    expect(parsed({ a: new URL("https://x.example/p?q=1#f"), b: "see https://x.example/p?q=1, then" })).toMatchObject({
      a: "https://x.example/p?[redacted]",
      b: "see https://x.example/p?[redacted] then",
    });
  });

  test("tells the names of headers and variables, never a value", () => {
    expect(parsed({ headers: { "X-Custom": "MARK" }, env: { HOME: "MARK" } })).toMatchObject({
      headers: ["X-Custom"],
      env: ["HOME"],
    });
  });

  test("an error of ours is the object that everybody sees, with its cause", () => {
    const cause = Object.assign(new Error("connect failed with Bearer abcdefghijkl"), { code: "ECONNREFUSED" });
    const error = new GatehouseError({
      code: "upstream_unreachable",
      server: "s",
      message: "m",
      suggestion: "n",
      cause,
    });
    const shown = parsed({ error }).error as Record<string, unknown>;
    expect(shown).toMatchObject({ ...error.toObject(), cause: { name: "Error", code: "ECONNREFUSED" } });
    expect(shown).not.toHaveProperty("stack");
    expect(JSON.stringify(shown)).toContain("log.test.ts");
    expect(JSON.stringify(shown)).not.toContain("abcdefghijkl");
  });

  test("bears anything", () => {
    const ring: Record<string, unknown> = {};
    ring.self = ring;
    const trap = {
      get boom() {
        throw new Error("no");
      },
    };
    const odd = {
      ring,
      trap,
      big: 10n,
      symbol: Symbol("s"),
      fn: () => 1,
      nothing: undefined,
      bytes: new Uint8Array(3),
      when: new Date(NaN),
    };
    expect(parsed({ ...odd, long: "x".repeat(100_000), many: Array.from({ length: 1_000 }, () => 1) })).toMatchObject({
      ring: { self: "[circular]" },
      trap: "[unreadable]",
      big: "10",
      bytes: "[3 bytes]",
      when: null,
    });
    expect(lineOf({ long: "x".repeat(100_000) }).length).toBeLessThan(10_000);
    expect(parsed({ nested: JSON.parse(`${'{"a":'.repeat(50)}1${"}".repeat(50)}`) })).toBeDefined();
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}}') as Record<string, unknown>;
    expect(lineOf(hostile)).toContain('"__proto__":{"polluted":1}');
  });
});

describe("the file", () => {
  test("is this user's alone, holds its level and above, in order", async () => {
    const path = join(folder, "logs", "gatehouse.log");
    const log = createLog({ path, level: "info" });
    log.debug("hidden");
    log.info("one", { n: 1 });
    log.scoped({ server: "github" }).warn("two", { n: 2 });
    log.error("three");
    await log.flush();
    const lines = (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: "info", event: "one", n: 1 },
      { level: "warn", event: "two", server: "github", n: 2 },
      { level: "error", event: "three" },
    ]);
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
    await log.close();
    log.error("after");
    await log.flush();
    expect(await readFile(path, "utf8")).not.toContain("after");
  });

  test("moves on at its size and keeps as many as asked", async () => {
    const path = join(folder, "x.log");
    const log = createLog({ path, level: "info", maxBytes: 1_000, files: 3 });
    for (let n = 0; n < 40; n += 1) {
      log.info("line", { n, pad: "x".repeat(100) });
      await log.flush();
    }
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(["x.log", "x.log.1", "x.log.2"]);
    for (const name of names) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(1_000);
    expect(await readFile(path, "utf8")).toContain('"n":39');
  });

  test("throws at nobody when the disk refuses, and goes on when it no longer does", async () => {
    await writeFile(join(folder, "logs"), "a file is in the way");
    const log = createLog({ path: join(folder, "logs", "x.log"), level: "info" });
    log.info("lost");
    await log.flush();
    await rm(join(folder, "logs"));
    await mkdir(join(folder, "logs"));
    log.info("kept");
    await log.close();
    const text = await readFile(join(folder, "logs", "x.log"), "utf8");
    expect(text).toContain("kept");
    expect(text).not.toContain("lost");
  });

  test("counts the lines that a disk too slow made it drop", async () => {
    const path = join(folder, "x.log");
    const log = createLog({ path, level: "info" });
    for (let n = 0; n < 1_000; n += 1) log.info("line", { text: "x ".repeat(4_000) });
    await log.close();
    const text = await readFile(path, "utf8");
    const written = text.split("\n").filter((line) => line.includes('"event":"line"')).length;
    const dropped = Number(/"log.dropped","lines":(\d+)/.exec(text)?.[1]);
    expect(dropped).toBeGreaterThan(0);
    expect(written + dropped).toBe(1_000);
  });
});

test("the level is named in the environment; an unknown name means info", () => {
  expect(logLevel("DEBUG")).toBe("debug");
  expect(logLevel("warn")).toBe("warn");
  expect(logLevel(undefined)).toBe("info");
  expect(logLevel("toString")).toBe("info");
});
