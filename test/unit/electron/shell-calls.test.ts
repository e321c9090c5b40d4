import { describe, expect, test } from "vitest";
import { createShellCalls, type ShellHandlers } from "../../../main/electron/shell-calls.ts";
import { GatehouseError } from "../../../main/errors.ts";

function calls(own: Partial<ShellHandlers> = {}) {
  const done: unknown[] = [];
  const reports: string[] = [];
  const note =
    <T>(answer: T) =>
    (params: unknown): T => {
      done.push(params);
      return answer;
    };
  const handlers: ShellHandlers = {
    shellInfo: note({
      platform: "linux",
      version: "1.2.3",
      tray: true,
      notifications: true,
      languages: ["en"],
      update: { state: "idle", version: null, progress: null, message: null },
      packaged: false,
    }),
    openPage: note({ opened: true }),
    openFolder: note({ opened: true }),
    saveText: note({ path: null }),
    choosePath: note({ path: null }),
    checkForUpdates: note({ state: "none", version: null, progress: null, message: null }),
    installUpdate: note({ installing: false }),
    takeDestination: note({ destination: null }),
    quit: note({ quitting: true }),
    ...own,
  };
  return { call: createShellCalls(handlers, (event) => reports.push(event)), done, reports };
}

describe("calls of the window to the app around it", () => {
  test("checked parameters arrive, the answer comes back", async () => {
    const { call, done } = calls();
    expect(await call("openFolder", { which: "logs" })).toEqual({ ok: true, value: { opened: true } });
    expect(done).toEqual([{ which: "logs" }]);
  });

  test.each([
    ["openFolder", { which: "/etc" }],
    ["openFolder", { which: "logs", path: "/etc" }],
    ["openPage", { url: 7 }],
    ["openPage", {}],
    ["saveText", { suggested_name: "", text: "x" }],
    ["choosePath", null],
    ["quit", { really: true }],
    ["shellInfo", undefined],
  ] as const)("%s %j is refused and nothing is done", async (method, params) => {
    const { call, done } = calls();
    expect(await call(method, params)).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    expect(done).toEqual([]);
  });

  test.each(["toString", "__proto__", "signIn"])("%s is no method of the app", async (method) => {
    const { call } = calls();
    expect(await call(method as "quit", {})).toMatchObject({ ok: false, error: { code: "invalid_request" } });
  });

  test("a failure is an answer; one that nobody foresaw is reported, and its text goes no further", async () => {
    const known = new GatehouseError({ code: "unsafe_url", message: "No.", suggestion: "Leave it." });
    const refusing = calls({
      openPage: () => {
        throw known;
      },
      quit: () => Promise.reject(new Error("token=abc")),
    });
    expect(await refusing.call("openPage", { url: "https://a.example" })).toEqual({
      ok: false,
      error: known.toObject(),
    });
    expect(refusing.reports).toEqual([]);
    const answer = await refusing.call("quit", {});
    expect(answer).toMatchObject({ ok: false, error: { code: "internal" } });
    expect(JSON.stringify(answer)).not.toContain("abc");
    expect(refusing.reports).toEqual(["shell.quit"]);
  });
});
