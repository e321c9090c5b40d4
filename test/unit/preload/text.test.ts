import { describe, expect, test } from "vitest";
import {
  ACCOUNT_STATES,
  ERROR_CODES,
  SERVER_STATES,
  type ServerStatus,
  SIGN_IN_STEPS,
  STEP_UPS,
} from "../../../preload/api.ts";
import {
  accountText,
  errorHeadline,
  nextAction,
  serverText,
  signInLabel,
  signOutLabel,
  stateText,
  stepText,
  stepUpText,
  vaultAdvice,
  vaultText,
} from "../../../preload/text.ts";
import * as made from "../../fixtures-window/snapshots.ts";

describe("words", () => {
  test("there are some for every state, step and code, and they are a person's", () => {
    const all = [
      ...SERVER_STATES.map((state) => stateText(state).label),
      ...ACCOUNT_STATES.map((state) => accountText(state).label),
      ...SIGN_IN_STEPS.map(stepText),
      ...ERROR_CODES.map(errorHeadline),
    ];
    for (const words of all) {
      expect(words).toMatch(/^[A-Z].*[^.]$/);
      expect(words).not.toMatch(/_|OAuth|RFC|token|PKCE|undefined/);
      expect(words.length).toBeLessThan(55);
    }
  });

  test("every error code has a headline of its own", () => {
    expect(new Set(ERROR_CODES.map(errorHeadline)).size).toBe(ERROR_CODES.length);
  });

  test("labels that tray and terminal share", () => {
    expect(signInLabel("github")).toBe("Sign in to github");
    expect(signOutLabel("github")).toBe("Sign out of github");
  });

  test("a vault that works needs no advice, any other says what to do", () => {
    expect(vaultAdvice({ kind: "keychain", state: "ok" })).toBeNull();
    expect(vaultText({ kind: "keychain", state: "ok" }, "darwin").label).toContain("macOS Keychain");
    for (const state of ["unavailable", "locked", "unreadable"] as const) {
      expect(vaultAdvice({ kind: "keychain", state })).toMatch(/\.$/);
      expect(vaultText({ kind: "keychain", state }).tone).not.toBe("ok");
    }
  });
});

describe("a server in words", () => {
  const cases: [string, ServerStatus, string, string][] = [
    ["signed in", made.signedIn(), "Signed in", "sign_out"],
    ["that wants more", made.wantingMore(), "Wants more access", "allow"],
    ["in need", made.needing(), "Sign-in needed", "sign_in"],
    ["signing in", made.signingIn(), "Waiting for your browser", "cancel"],
    ["signing in with a code", made.enteringCode(), "Enter the code WDJB-MJHT", "cancel"],
    ["on this computer", made.local(), "Ready", "none"],
    ["on this computer and idle", { ...made.local(), state: "idle" }, "Ready", "none"],
    ["failing", made.failing(), "No answer from the server", "retry"],
    ["off", made.off(), "Off", "enable"],
    ["not used yet", made.unused(), "Not connected yet", "sign_in"],
    ["open to everybody", made.server("open"), "Ready", "none"],
    ["with changed tools", made.withChangedTools(), "2 tools changed", "review"],
    ["that came from elsewhere", made.unapproved(), "Not allowed to run yet", "review"],
  ];

  test.each(cases)("%s", (_name, server, label, action) => {
    expect(serverText(server).label).toBe(label);
    expect(nextAction(server).kind).toBe(action);
  });

  test("more access that the person refused, or has given, is not offered again", () => {
    const answered = (step_up: "refused" | "given"): ServerStatus => {
      const server = made.wantingMore();
      return { ...server, challenge: server.challenge && { ...server.challenge, step_up } };
    };
    for (const server of [answered("refused"), answered("given")]) {
      expect(serverText(server).label).toBe("Signed in");
      expect(nextAction(server).kind).toBe("sign_out");
    }
    expect(nextAction({ ...made.wantingMore(), state: "failing" }).label).toBe("Allow…");
    expect(new Set(STEP_UPS.map(stepUpText)).size).toBe(STEP_UPS.length);
  });

  test("what is more urgent than a changed tool comes first", () => {
    const { blocked_tools } = made.withChangedTools();
    expect(nextAction({ ...made.needing(), blocked_tools }).kind).toBe("sign_in");
    expect(nextAction({ ...made.wantingMore(), blocked_tools }).kind).toBe("allow");
    expect(nextAction({ ...made.failing(), blocked_tools }).kind).toBe("retry");
    const denied = blocked_tools.filter(({ reason }) => reason === "denied");
    expect(nextAction({ ...made.signedIn(), blocked_tools: denied }).kind).toBe("sign_out");
  });

  test("a sign-in's step is told", () => {
    const server = made.signingIn();
    const finishing: ServerStatus = {
      ...server,
      sign_in: { account: "default", step: "exchange", started_at: "", deadline: "" },
    };
    expect(serverText(finishing).label).toBe("Finishing sign-in");
  });

  test("a failed sign-in is offered again, a failed connection tried again, a wrong entry put right in its settings", () => {
    const failingWith = (code: "state_mismatch" | "upstream_failed" | "config_invalid"): ServerStatus => ({
      ...made.failing(),
      error: made.error({ code }),
    });
    expect(nextAction(failingWith("state_mismatch")).label).toBe("Sign in");
    expect(nextAction(failingWith("upstream_failed")).label).toBe("Retry");
    expect(nextAction(failingWith("config_invalid")).kind).toBe("fix");
    expect(nextAction({ ...made.off(), error: made.error({ code: "config_invalid" }) }).kind).toBe("fix");
  });

  test("a sign-in that failed for want of a client ID asks for one, also where no agent waits", () => {
    const server = made.server("github", { state: "idle", error: made.error({ code: "client_id_required" }) });
    expect(nextAction(server).kind).toBe("client_id");
    expect(serverText(server).tone).toBe("need");
    expect(nextAction({ ...server, ad_hoc: true }).kind).toBe("sign_in");
  });
});
