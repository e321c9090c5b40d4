import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GatehouseError } from "../../main/errors.ts";
import { createLog, formatLine } from "../../main/log.ts";
import { logLine } from "../../main/log-reader.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-log-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const TIME = new Date("2026-01-02T03:04:05.678Z");
const shown = (event: string, fields: Record<string, unknown>) => logLine(formatLine("warn", event, fields, TIME));

describe("a line for people", () => {
  test("has its time, level, event and server, and the rest as text", () => {
    expect(shown("sign_in.failed", { server: "acme", step: "probe", text: "two words", n: 3, empty: "" })).toEqual({
      at: "2026-01-02T03:04:05.678Z",
      level: "warn",
      event: "sign_in.failed",
      server: "acme",
      text: 'server=acme  step=probe  text="two words"  n=3  empty=""',
    });
  });

  test("is about the server that its error names", () => {
    const error = new GatehouseError({ code: "upstream_failed", server: "acme", message: "m", suggestion: "s" });
    expect(shown("verb.failed", { error })?.server).toBe("acme");
    expect(shown("hub.started", {})?.server).toBeNull();
  });

  test("shows what nobody would see, and no secret", () => {
    const line = shown("odd", { text: "a\u202eb\u0007\u200bc", token: "hunter2hunter2" });
    expect(line?.text).toBe("text=a\\u{202E}b\\u{7}\\u{200B}c  token=[redacted]");
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    '{"time":1,"level":"info","event":"x"}',
    '{"time":"t","level":"loud","event":"x"}',
  ])("is not %j", (text) => {
    expect(logLine(text)).toBeNull();
  });
});

describe("the newest lines", () => {
  const path = () => join(folder, "x.log");

  test("come from the files of earlier runs and of this one, each once, the newest last", async () => {
    const before = createLog({ path: path(), level: "info", maxBytes: 4_000, files: 3 });
    for (let n = 0; n < 60; n += 1) {
      before.info("before", { n, server: n % 2 === 0 ? "even" : "odd" });
      await before.flush();
    }
    await before.close();
    await appendFile(path(), "torn by a cra");
    const log = createLog({ path: path(), level: "info", maxBytes: 4_000, files: 3 });
    log.info("now", { n: 60, server: "even" });
    log.info("now", { n: 61, server: "odd" });
    const numbers = async (query: Parameters<typeof log.lines>[0]) =>
      (await log.lines(query)).map(({ text }) => Number(/n=(\d+)/.exec(text)?.[1]));
    const all = await numbers({});
    expect(all.length).toBeGreaterThan(30);
    expect(all).toEqual(Array.from({ length: all.length }, (_, n) => 62 - all.length + n));
    expect(await numbers({ limit: 3 })).toEqual([59, 60, 61]);
    expect(await numbers({ server: "even", limit: 3 })).toEqual([56, 58, 60]);
    expect(await numbers({ server: "nobody" })).toEqual([]);
    await log.close();
  });

  test("are found across the borders of what is read at a time", async () => {
    const lines = Array.from({ length: 3_000 }, (_, n) =>
      formatLine("info", "line", { n, pad: "ä".repeat(n % 97) }, TIME),
    );
    await writeFile(path(), lines.join(""));
    const log = createLog({ path: path(), level: "info" });
    const found = await log.lines({ limit: 2_900 });
    expect(found.map(({ text }) => Number(/n=(\d+)/.exec(text)?.[1]))).toEqual(
      Array.from({ length: 2_900 }, (_, n) => 100 + n),
    );
    await log.close();
  });

  test("are there although the disk takes none", async () => {
    await writeFile(join(folder, "logs"), "a file is in the way");
    const log = createLog({ path: join(folder, "logs", "x.log"), level: "info" });
    log.info("lost", { server: "acme" });
    expect((await log.lines({})).map(({ event }) => event)).toEqual(["lost"]);
    await log.close();
  });

  test("are told as they are written, those of the level only", async () => {
    const log = createLog({ path: path(), level: "info" });
    const heard: string[] = [];
    const stop = log.onLine((line) => heard.push(line));
    log.debug("hidden");
    log.scoped({ server: "acme" }).info("told");
    stop();
    log.info("later");
    expect(heard.map((line) => logLine(line)?.event)).toEqual(["told"]);
    await log.close();
  });
});
