import { expect, test } from "vitest";
import { accessText, scopeWords } from "../../../renderer/scopes.ts";

test.each([
  ["events:write", "read and change events"],
  ["read:user", "read user"],
  ["https://www.googleapis.com/auth/calendar.readonly", "read calendar"],
  ["Mail.ReadWrite", "read and change mail"],
  ["admin:org", "manage org"],
  ["offline_access", "stay signed in"],
  ["openid", "know who you are"],
  ["https://graph.example.com/.default", "everything this server offers"],
])("%s means: %s", (scope, words) => {
  expect(scopeWords(scope).toLowerCase()).toBe(words);
});

test.each(["repo", "api://2f0c1e6a-7f5f-4f0e-a2f6-b3b2ff0e3d10/user_impersonation", "read", "x"])(
  "%s says nothing that could be put better",
  (scope) => {
    expect(scopeWords(scope)).toBe(scope);
  },
);

test("several are one sentence, each once; none is none", () => {
  expect(accessText("events:read offline_access events.read")).toBe("read events and stay signed in");
  expect(accessText(null)).toBeNull();
  expect(accessText("  ")).toBeNull();
});
