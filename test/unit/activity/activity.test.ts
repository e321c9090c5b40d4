import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Activity, memoryActivity, openActivity } from "../../../main/activity/activity.ts";
import { GatehouseError } from "../../../main/errors.ts";
import type { SafeFetch } from "../../../main/http/fetch.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

const clock = { now: () => Date.UTC(2026, 0, 1) };
const answering =
  (...answers: (number | Error)[]): SafeFetch =>
  async () => {
    const next = answers.shift() ?? 200;
    if (next instanceof Error) throw next;
    return new Response(null, { status: next });
  };
const failure = (code: "refresh_failed" | "unsafe_url" | "upstream_unreachable", details = {}) =>
  new GatehouseError({ code, server: "acme", message: "No.", suggestion: "Wait.", details });

function add(activity: Activity, id: string, server = "acme", error: GatehouseError | null = null): void {
  activity.begin({ server, account: "default", kind: "sign_in" }).end(id, error);
}

describe("a recording", () => {
  test("holds each request without its query, and each wait, with what became of it", async () => {
    let now = Date.UTC(2026, 0, 1);
    const activity = memoryActivity({ now: () => now });
    const { steps, end } = activity.begin({ server: "acme", account: "work", kind: "sign_in" });
    const fetch = steps.recording(
      answering(404, 201, failure("upstream_unreachable", { reason: "ECONNREFUSED" }), failure("unsafe_url")),
    );
    await fetch("https://acme.test/.well-known/x?secret=1#f", { purpose: "protected resource metadata" });
    now += 20;
    await fetch("https://as.test/register", { method: "POST", purpose: "registration" });
    for (const isWaiting of [true, true, false, false]) {
      steps.waiting(isWaiting);
      now += 500;
    }
    await expect(fetch("https://as.test/token", { purpose: "authorization server metadata" })).rejects.toThrow();
    await expect(fetch("https://as.test/token")).rejects.toThrow();
    expect(steps.evidence()).toEqual({
      tried: [
        { url: "https://acme.test/.well-known/x", result: 404 },
        { url: "https://as.test/token", result: "ECONNREFUSED" },
      ],
      registration_attempted: true,
    });
    const error = failure("refresh_failed");
    end("r1", error);
    end("r2", null);
    const [record, ...more] = await activity.find({});
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      request_id: "r1",
      correlation_id: error.correlationId,
      server: "acme",
      account: "work",
      kind: "sign_in",
      outcome: "failed",
      code: "refresh_failed",
      started_at: "2026-01-01T00:00:00.000Z",
      ended_at: "2026-01-01T00:00:02.020Z",
    });
    expect(record?.steps.map(({ name, status, error: why, ms }) => [name, status, why, ms])).toEqual([
      ["protected resource metadata", 404, null, 0],
      ["registration", 201, null, 0],
      ["waiting for the person", null, null, 1000],
      ["authorization server metadata", null, "ECONNREFUSED", 0],
      ["request", null, "unsafe_url", 0],
    ]);
  });

  test("makes one step of the same thing again and again, and has an end", async () => {
    const activity = memoryActivity(clock);
    const { steps, end } = activity.begin({ server: "acme", account: "default", kind: "refresh" });
    const fetch = steps.recording(answering(400, 400, 400, 200));
    for (let n = 0; n < 4; n += 1) await fetch("https://as.test/token", { method: "POST", purpose: "token" });
    for (let n = 0; n < 100; n += 1) await fetch(`https://as.test/${n}`);
    end("r", null);
    const [record] = await activity.find({});
    expect(record?.steps.slice(0, 2).map(({ status, times }) => [status, times])).toEqual([
      [400, 3],
      [200, 1],
    ]);
    expect(record?.steps).toHaveLength(60);
  });
});

describe("records", () => {
  test("are found by server, by either id, the newest first, as many as asked for", async () => {
    const activity = memoryActivity(clock);
    const error = failure("refresh_failed");
    add(activity, "1");
    add(activity, "2", "other");
    add(activity, "3", "acme", error);
    const ids = async (query: Parameters<Activity["find"]>[0]) =>
      (await activity.find(query)).map(({ request_id }) => request_id);
    expect(await ids({})).toEqual(["3", "2", "1"]);
    expect(await ids({ server: "acme" })).toEqual(["3", "1"]);
    expect(await ids({ limit: 1 })).toEqual(["3"]);
    expect(await ids({ id: "2" })).toEqual(["2"]);
    expect(await ids({ id: error.correlationId })).toEqual(["3"]);
    expect(await ids({ id: "2", server: "acme" })).toEqual([]);
  });

  test("outlive the hub in a file for this user only; what a crash tore costs itself alone", async () => {
    const path = join(use(tempFolder("activity")).path, "activity.jsonl");
    const first = await openActivity({ path, clock });
    expect(existsSync(path)).toBe(false);
    add(first, "1");
    await first.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    appendFileSync(path, '{"request_id":"torn","serv');
    const second = await openActivity({ path, clock });
    add(second, "2");
    await second.close();
    const third = await openActivity({ path, clock });
    expect((await third.find({})).map(({ request_id }) => request_id)).toEqual(["2", "1"]);
    await third.close();
  });

  test("of another shape, or none at all, are passed over", async () => {
    const path = join(use(tempFolder("activity")).path, "activity.jsonl");
    writeFileSync(path, 'null\n[]\n{}\nnonsense\n{"request_id":1}\n');
    const activity = await openActivity({ path, clock });
    expect(await activity.find({})).toEqual([]);
    await activity.close();
  });

  test("stay within bounds on disk; an old one is still found by its id", async () => {
    const path = join(use(tempFolder("activity")).path, "activity.jsonl");
    for (let run = 0; run < 6; run += 1) {
      const activity = await openActivity({ path, clock });
      for (let n = 0; n < 1000; n += 1) add(activity, `id-${run * 1000 + n}`);
      await activity.close();
    }
    expect(statSync(path).size).toBeLessThanOrEqual(1024 * 1024);
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1024 * 1024);
    const again = await openActivity({ path, clock });
    expect((await again.find({ id: "id-5999" })).length).toBe(1);
    expect((await again.find({ id: "id-4000" })).length).toBe(1);
    expect(await again.find({ limit: 1000 })).toHaveLength(500);
    await again.close();
  });

  test("hold nothing that looks like a secret, whatever a server named", async () => {
    const path = join(use(tempFolder("activity")).path, "activity.jsonl");
    const activity = await openActivity({ path, clock });
    const { steps, end } = activity.begin({ server: "acme", account: "default", kind: "sign_in" });
    await steps.recording(answering(200))("https://as.test/eyJhbGciOiJIUzI1NiJ9.e30.abc?code=abcdefgh");
    end("r", null);
    await activity.close();
    expect(readFileSync(path, "utf8")).not.toMatch(/eyJhbGci|abcdefgh/);
  });
});
