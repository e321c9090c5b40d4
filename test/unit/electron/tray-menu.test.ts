import { describe, expect, test } from "vitest";
import { escapeLabel, type MenuEntry, trayMenu } from "../../../main/electron/tray-menu.ts";
import { setLanguage } from "../../../preload/words.ts";
import * as made from "../../fixtures-window/snapshots.ts";

/** Lines as a person sees them, submenus indented. */
function lines(entries: readonly MenuEntry[], indent = ""): string[] {
  return entries.flatMap((entry) => {
    if (entry.type === "separator") return [`${indent}---`];
    if (entry.type === "item") return [`${indent}${entry.label}${entry.action === null ? " (no click)" : ""}`];
    return [`${indent}${entry.label}`, ...lines(entry.entries, `${indent}  `)];
  });
}

function find(entries: readonly MenuEntry[], label: string): MenuEntry | undefined {
  for (const entry of entries) {
    if (entry.type === "separator") continue;
    if (entry.label === label) return entry;
    const inner = entry.type === "submenu" ? find(entry.entries, label) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

describe("the tray's menu", () => {
  test("what needs the person comes first, the others stand in a submenu with their state", () => {
    expect(lines(trayMenu(made.everyday()).entries)).toEqual([
      "Sign in to linear",
      "Retry intranet-search",
      "Cancel sign-in to notion",
      "---",
      "4 other servers",
      "  github: Signed in",
      "    Sign out of github",
      "    ---",
      "    Show details of github",
      "  files: Ready",
      "    Show details of files",
      "  intranet-search: No answer from the server",
      "    Show details of intranet-search",
      "  sentry: Off",
      "    Show details of sentry",
      "---",
      "Pause all",
      "---",
      "Open Gatehouse",
      expect.stringMatching(/^Quitting interrupts .* \(no click\)$/),
      "Quit Gatehouse",
    ]);
  });

  test("a click is a verb of the contract with the server's name", () => {
    const { entries } = trayMenu(made.everyday());
    const action = (label: string): unknown => {
      const entry = find(entries, label);
      return entry?.type === "item" ? entry.action : undefined;
    };
    expect(action("Sign in to linear")).toEqual({ kind: "call", method: "signIn", server: "linear" });
    expect(action("Cancel sign-in to notion")).toEqual({ kind: "call", method: "cancelSignIn", server: "notion" });
    expect(action("Sign out of github")).toEqual({ kind: "call", method: "signOut", server: "github" });
    expect(action("Retry intranet-search")).toEqual({ kind: "call", method: "retry", server: "intranet-search" });
    expect(action("Open Gatehouse")).toEqual({ kind: "open" });
    expect(action("Quit Gatehouse")).toEqual({ kind: "quit" });
  });

  test("a server that nobody has used can be signed in to, and does not call for attention", () => {
    const menu = trayMenu(made.snapshot({ servers: [made.unused()] }));
    expect(lines(menu.entries)).toEqual([
      "1 server",
      "  stripe: Not connected yet",
      "    Sign in to stripe",
      "    ---",
      "    Show details of stripe",
      "---",
      "Pause all",
      "---",
      "Open Gatehouse",
      "Quit Gatehouse",
    ]);
    expect(menu.icon).toBe("ok");
  });

  test("a server that wants more access calls for attention; the account is named where there are several", () => {
    const one = trayMenu(made.snapshot({ servers: [made.wantingMore()] }));
    expect(lines(one.entries).slice(0, 5)).toEqual([
      "Allow more access to calendar",
      "---",
      "1 other server",
      "  calendar: Wants more access",
      "    Sign out of calendar",
    ]);
    expect(one).toMatchObject({ icon: "attention", tooltip: "Gatehouse: 1 server wants more access" });
    expect(find(one.entries, "Allow more access to calendar")).toMatchObject({
      action: { kind: "call", method: "signIn", server: "calendar" },
    });
    const server = made.wantingMore();
    const accounts = [made.account(), { ...made.account(), name: "work", default: false }];
    const work = { ...server, accounts, challenge: server.challenge && { ...server.challenge, account: "work" } };
    expect(trayMenu(made.snapshot({ servers: [work] })).entries[0]).toMatchObject({
      label: "Allow more access to calendar as work",
      action: { method: "signIn", server: "calendar", account: "work" },
    });
  });

  test("a failing server that is signed in offers both", () => {
    const server = { ...made.failing(), accounts: [made.account()] };
    expect(lines(trayMenu(made.snapshot({ servers: [server] })).entries)).toEqual(
      expect.arrayContaining(["Retry intranet-search", "    Sign out of intranet-search"]),
    );
  });

  test("several accounts: the one that is waited for comes first, and each has its own lines", () => {
    const { entries } = trayMenu(made.snapshot({ servers: [made.severalAccounts()] }));
    expect(lines(entries)).toEqual([
      "Sign in to github as work",
      "---",
      "1 other server",
      "  github: Sign-in needed",
      "    Your account: Signed in, used by default (no click)",
      "    Sign out of github with your account",
      "    ---",
      "    old: Signed out (no click)",
      "    Sign in to github as old",
      "    Use old by default",
      "    ---",
      "    work: Sign-in needed (no click)",
      "    Sign in to github as work",
      "    Use work by default",
      "    ---",
      "    Show details of github",
      "---",
      "Pause all",
      "---",
      "Open Gatehouse",
      expect.stringContaining("Quitting interrupts"),
      "Quit Gatehouse",
    ]);
    const action = (label: string): unknown => {
      const entry = find(entries, label);
      return entry?.type === "item" ? entry.action : undefined;
    };
    const of = (account: string) => ({ kind: "call", server: "github", account });
    expect(action("Sign in to github as work")).toEqual({ ...of("work"), method: "signIn" });
    expect(action("Use old by default")).toEqual({ ...of("old"), method: "setDefaultAccount" });
    expect(action("Sign out of github with your account")).toEqual({ ...of("default"), method: "signOut" });
    const waiting = { account: "old", step: "waiting", started_at: "", deadline: "" } as const;
    const busy = { ...made.severalAccounts(), state: "signing_in", sign_in: waiting } as const;
    expect(trayMenu(made.snapshot({ servers: [busy] })).entries[0]).toMatchObject({
      label: "Cancel sign-in to github as old",
      action: { ...of("old"), method: "cancelSignIn" },
    });
  });

  test("a sign-in with a device code shows the code, and opens the window where it can be copied", () => {
    const { entries, icon } = trayMenu(made.snapshot({ servers: [made.enteringCode()] }));
    expect(icon).toBe("busy");
    expect(entries.slice(0, 2)).toEqual([
      {
        type: "item",
        label: "television: enter the code WDJB-MJHT at as.television.example/device",
        action: { kind: "go", to: { to: "server", server: "television" } },
      },
      {
        type: "item",
        label: "Cancel sign-in to television",
        action: { kind: "call", method: "cancelSignIn", server: "television" },
      },
    ]);
  });

  test("icon and tooltip say the worst that a person can do something about", () => {
    const of = (...servers: Parameters<typeof made.snapshot>[0]["servers"] & object) => {
      const { icon, tooltip } = trayMenu(made.snapshot({ servers }));
      return [icon, tooltip];
    };
    expect(of(made.signedIn(), made.local())).toEqual(["ok", "Gatehouse"]);
    expect(of(made.signingIn())).toEqual(["busy", "Gatehouse: waiting for your browser"]);
    expect(of(made.failing())).toEqual(["error", "Gatehouse: 1 server is not working"]);
    expect(of(made.needing(), made.needing("notion"), made.failing())).toEqual([
      "attention",
      "Gatehouse: 2 servers need you to sign in, 1 server is not working",
    ]);
    expect(trayMenu(null)).toMatchObject({ icon: "busy", tooltip: "Gatehouse is starting" });
  });

  test("a broken servers.json and a vault out of reach are told, and open the window", () => {
    const broken = trayMenu(made.snapshot({ configError: made.error({ code: "config_invalid" }) }));
    expect(broken.icon).toBe("error");
    expect(broken.entries[0]).toEqual({
      type: "item",
      label: "servers.json has a mistake…",
      action: { kind: "open" },
    });
    const locked = trayMenu(made.snapshot({ vault: { kind: "keychain", state: "locked" } }));
    expect(locked.tooltip).toBe("Gatehouse: The keychain is locked");
  });

  test("changed tools and a program from elsewhere wait for a look at them, in the window", () => {
    const changed = made.withChangedTools();
    const foreign = made.unapproved();
    const { entries, icon, tooltip } = trayMenu(made.snapshot({ servers: [changed, foreign] }));
    expect(icon).toBe("attention");
    expect(tooltip).toBe("Gatehouse: 2 servers wait for your review");
    expect(find(entries, "Review changes of notes")).toMatchObject({
      action: { kind: "go", to: { to: "server", server: "notes" } },
    });
    expect(find(entries, "Review the command of imported")).toMatchObject({
      action: { kind: "go", to: { to: "server", server: "imported" } },
    });
  });

  test("an error that no click here puts right leads to the server's page", () => {
    const server = made.server("linear", { state: "failing", error: made.error({ code: "config_invalid" }) });
    const { entries, icon } = trayMenu(made.snapshot({ servers: [server] }));
    expect(icon).toBe("error");
    expect(entries[0]).toEqual({
      type: "item",
      label: "linear: Mistake in the settings…",
      action: { kind: "go", to: { to: "server", server: "linear" } },
    });
  });

  test("paused: says so in picture, tooltip and menu, and offers to go on", () => {
    const { entries, icon, tooltip } = trayMenu({ ...made.everyday(), paused: true });
    expect(icon).toBe("paused");
    expect(tooltip).toMatch(/^Gatehouse: Everything is paused, /);
    expect(entries[0]).toEqual({ type: "item", label: "Everything is paused", action: null });
    expect(find(entries, "Resume")).toMatchObject({ action: { kind: "pause", paused: false } });
    expect(find(trayMenu(made.everyday()).entries, "Pause all")).toMatchObject({
      action: { kind: "pause", paused: true },
    });
  });

  test("quitting says whom it interrupts: by name, or how many", () => {
    const label = (...agents: readonly [names: string[], count: number][]): string | undefined =>
      lines(
        trayMenu(
          made.snapshot({
            servers: agents.map(([agent_names, count], index) =>
              made.server(`server-${index}`, { agents: count, agent_names }),
            ),
          }),
        ).entries,
      ).find((line) => line.startsWith("Quitting"));
    expect(label()).toBeUndefined();
    expect(label([[], 0])).toBeUndefined();
    expect(label([["Claude"], 1], [["Claude", "Cursor"], 2])).toBe("Quitting interrupts Claude and Cursor (no click)");
    expect(label([["Claude"], 2])).toBe("Quitting interrupts 2 agents (no click)");
    expect(label([[], 1])).toBe("Quitting interrupts 1 agent (no click)");
    expect(label([["a", "b", "c", "d"], 4])).toBe("Quitting interrupts 4 agents (no click)");
  });

  test("speaks the language that is set", () => {
    setLanguage("de", { tray: { open: "Gatehouse öffnen", others_one: "{{count}} anderer Server" } });
    expect(lines(trayMenu(made.snapshot({})).entries)).toEqual(["Gatehouse öffnen", "Quit Gatehouse"]);
    setLanguage("en", {});
    expect(lines(trayMenu(made.snapshot({})).entries)).toEqual(["Open Gatehouse", "Quit Gatehouse"]);
  });

  test("an ampersand in a name is doubled for Electron", () => {
    expect(escapeLabel("Sign in to R&D && co")).toBe("Sign in to R&&D &&&& co");
  });
});
