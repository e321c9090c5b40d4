import { expect, test } from "vitest";
import { nextNotices, type OpenNeeds } from "../../../main/electron/notices.ts";
import type { ServerStatus, Snapshot } from "../../../preload/api.ts";
import * as made from "../../fixtures-window/snapshots.ts";

/** A desktop that is told of one snapshot after the other. */
function desktop(...first: readonly ServerStatus[]) {
  let open: OpenNeeds = null;
  let before: Snapshot | null = null;
  const see = (...servers: readonly ServerStatus[]) => {
    const after = made.snapshot({ servers });
    const step = nextNotices(open, before, after);
    open = step.open;
    before = after;
    return step;
  };
  see(...first);
  const titles = (...servers: readonly ServerStatus[]) => see(...servers).show.map(({ title }) => title);
  return { see, titles };
}

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 30, 12, minute)).toISOString();
const met = (server: ServerStatus, minute: number, parts: object = {}): ServerStatus => ({
  ...server,
  asked: { agent: "Claude", at: at(minute), ...parts },
});
const quiet = (server: ServerStatus): ServerStatus => ({ ...server, asked: null });

test("an agent meets a server that needs a sign-in: told once, with the click that signs in", () => {
  const { see, titles } = desktop(made.signedIn("linear"));
  const { show } = see(met(made.needing(), 1));
  expect(show).toEqual([
    {
      key: "sign_in linear",
      title: "linear needs you to sign in",
      body: "Claude wants to use it. Click to sign in, in your own browser.",
      action: { kind: "call", method: "signIn", server: "linear" },
      button: "Sign in to linear",
    },
  ]);
  expect(titles(met(made.needing(), 2))).toEqual([]);
  expect(titles(met(made.needing(), 3))).toEqual([]);
});

test("a need that no agent has met is none to be told of; when one meets it, it is", () => {
  const { titles } = desktop(made.unused("linear"));
  expect(titles(quiet(made.needing()))).toEqual([]);
  expect(titles(met(made.needing(), 1))).toEqual(["linear needs you to sign in"]);
});

test("withdrawn when the person is at it; not told again after a cancel, but when it comes up anew", () => {
  const { see, titles } = desktop(made.signedIn("linear"));
  expect(titles(met(made.needing(), 1))).toHaveLength(1);
  const signingIn = { ...met(made.needing(), 1), state: "signing_in" } as const;
  expect(see(signingIn)).toMatchObject({ show: [], withdraw: ["sign_in linear"] });
  expect(see(met(made.needing(), 1))).toMatchObject({ show: [], withdraw: [] });
  expect(see(met(made.signedIn("linear"), 1))).toMatchObject({ show: [], withdraw: [] });
  // The old meeting is no news for the new need.
  expect(titles(met(made.needing(), 1))).toEqual([]);
  expect(titles(met(made.needing(), 5))).toEqual(["linear needs you to sign in"]);
});

test("withdrawn when the need is over by another way, also when the server is gone", () => {
  for (const servers of [[made.signedIn("linear")], []]) {
    const { see, titles } = desktop(made.signedIn("linear"));
    expect(titles(met(made.needing(), 1))).toHaveLength(1);
    expect(see(...servers).withdraw).toEqual(["sign_in linear"]);
  }
});

test("what was needed already when the app started is no news, until an agent meets it again", () => {
  const changed = made.withChangedTools();
  const { titles } = desktop(met(made.needing(), 1), changed);
  expect(titles(met(made.needing(), 1), changed)).toEqual([]);
  expect(titles(met(made.needing(), 2), changed)).toEqual(["linear needs you to sign in"]);
});

test("a tool that wants more access: which, for whom, what; another scope is another need", () => {
  const { see } = desktop({ ...made.wantingMore(), challenge: null, asked: null });
  const wants = (minute: number, scope: string | null, tool?: string) => {
    const server = met(made.wantingMore(), minute, tool === undefined ? {} : { tool });
    return server.challenge === null ? server : { ...server, challenge: { ...server.challenge, scope } };
  };
  expect(see(wants(1, "events:write", "create_event")).show).toMatchObject([
    {
      title: "calendar wants more access",
      body: "Claude called create_event, which needs “events:write”. Click to look at it, in your own browser.",
      action: { kind: "call", method: "signIn", server: "calendar" },
      button: "Allow more access to calendar",
    },
  ]);
  expect(see(wants(2, "events:write", "create_event"))).toMatchObject({ show: [], withdraw: [] });
  const other = see(wants(3, null));
  expect(other.show).toMatchObject([{ body: "Claude needs it to go on. Click to look at it, in your own browser." }]);
  expect(other.withdraw).toHaveLength(1);
});

test("the account that is meant is signed in to", () => {
  const several = { ...made.severalAccounts(), state: "sign_in_required" } as const;
  const { see } = desktop();
  expect(see(met(several, 1)).show).toMatchObject([
    { action: { method: "signIn", server: "github", account: "work" }, button: "Sign in to github as work" },
  ]);
});

test("changed tools: told of once, again for a further one, not when one of them is let through", () => {
  const { see, titles } = desktop(made.signedIn("notes"));
  const [first, second] = made.withChangedTools().blocked_tools;
  if (first === undefined || second === undefined) throw new Error("there are two changed tools");
  const notes = (...blocked_tools: ServerStatus["blocked_tools"]) => ({ ...made.signedIn("notes"), blocked_tools });
  expect(see(notes({ ...first, at: at(1) })).show).toMatchObject([
    {
      title: "notes changed a tool",
      body: "Agents do not get search_notes until you have looked at what changed.",
      action: { kind: "go", to: { to: "server", server: "notes" } },
      button: "Review changes of notes",
    },
  ]);
  expect(titles(notes({ ...first, at: at(1) }))).toEqual([]);
  const both = [
    { ...first, at: at(1) },
    { ...second, at: at(2) },
  ];
  expect(titles(notes(...both))).toEqual(["notes changed 2 tools"]);
  expect(titles(notes({ ...first, at: at(1) }))).toEqual([]);
  expect(see(notes()).withdraw).toEqual(["review notes"]);
});

test("nothing that came from an agent or a server is read as markup, hides characters or goes on for ever", () => {
  const { see } = desktop(made.signedIn("linear"));
  const agent = `<a href="https://evil.example">Click</a>\u202e\n&lt;b&gt; ${"x".repeat(500)}`;
  const [notice] = see(met(made.needing(), 1, { agent })).show;
  expect(notice?.body).not.toMatch(/[<>&\u202e\n]/);
  expect(notice?.body.length).toBeLessThan(200);
});
