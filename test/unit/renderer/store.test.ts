import { describe, expect, test } from "vitest";
import { type Bridge, METHODS, type Method, type Result, SHELL_METHODS, type Snapshot } from "../../../preload/api.ts";
import { createAppStore, unseenErrors } from "../../../renderer/store.ts";
import * as made from "../../fixtures-window/snapshots.ts";

/** A bridge whose hub is this literal; `calls` is what it was asked. */
function literalBridge(first: Snapshot, answers: Partial<Record<Method, Result<unknown>>> = {}) {
  const calls: { method: Method; params: unknown }[] = [];
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const methods = Object.fromEntries(
    METHODS.map((method) => [
      method,
      async (params: unknown) => {
        calls.push({ method, params });
        return answers[method] ?? { ok: true, value: method === "getSnapshot" ? first : {} };
      },
    ]),
  );
  const noShell = Object.fromEntries(
    SHELL_METHODS.map((method) => [method, () => Promise.reject(new Error("no app around it"))]),
  );
  const on = (event: string, listener: (snapshot: Snapshot) => void) => {
    if (event === "snapshot") listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    bridge: { ...methods, ...noShell, on } as unknown as Bridge,
    calls,
    push: (snapshot: Snapshot) => {
      for (const listener of listeners) listener(snapshot);
    },
  };
}

describe("the window's store", () => {
  test("takes the first snapshot, then every one that comes, whole", async () => {
    const { bridge, push } = literalBridge(made.everyday());
    const store = createAppStore(bridge);
    await store.getState().connect();
    expect(store.getState().snapshot?.servers).toHaveLength(6);
    const next = made.snapshot({ servers: [made.local()] });
    push(next);
    expect(store.getState().snapshot).toEqual(next);
  });

  test("asks once what servers nobody has used want, and only if there are any", async () => {
    const quiet = literalBridge(made.everyday());
    await createAppStore(quiet.bridge).getState().connect();
    expect(quiet.calls.map(({ method }) => method)).toEqual(["getSnapshot"]);

    const curious = literalBridge(made.snapshot({ servers: [made.unused()] }));
    await createAppStore(curious.bridge).getState().connect();
    expect(curious.calls.map(({ method }) => method)).toEqual(["getSnapshot", "probe"]);
  });

  test("a call is pending until it is answered, and its failure is kept until dismissed", async () => {
    const error = made.error({ code: "vault_locked", correlation_id: "c1" });
    const { bridge } = literalBridge(made.everyday(), { retry: { ok: false, error } });
    const store = createAppStore(bridge);
    const running = store.getState().run("retry", { server: "files" });
    expect([...store.getState().pending]).toEqual(["retry files"]);
    await running;
    expect(store.getState().pending.size).toBe(0);
    expect(store.getState().errors).toEqual([error]);
    store.getState().dismiss("c1");
    expect(store.getState().errors).toEqual([]);
  });

  test("a cancelled sign-in is no failure, and a dialog shows its own", async () => {
    const { bridge } = literalBridge(made.everyday(), {
      signIn: { ok: false, error: made.error({ code: "sign_in_cancelled" }) },
      addServer: { ok: false, error: made.error({ code: "config_invalid" }) },
    });
    const store = createAppStore(bridge);
    await store.getState().run("signIn", { server: "linear" });
    await store.getState().run("addServer", { name: "x", server: { url: "https://x.example/" } });
    expect(store.getState().errors).toEqual([]);
  });

  test("an error that a server shows already is not shown twice", () => {
    const shown = made.error({ correlation_id: "shown" });
    const other = made.error({ correlation_id: "other" });
    expect(unseenErrors([shown, other], [{ ...made.failing(), error: shown }])).toEqual([other]);
  });

  test("a hub that does not answer is told as such, and forgotten when it answers again", async () => {
    const { bridge, push } = literalBridge(made.everyday());
    const broken = { ...bridge, getSnapshot: () => Promise.reject(new Error("gone")) };
    const store = createAppStore(broken);
    await store.getState().connect();
    expect(store.getState()).toMatchObject({ lost: true, snapshot: null });
    push(made.everyday());
    expect(store.getState().lost).toBe(false);
  });

  test("a server that is gone takes its details and its dialog along", async () => {
    const { bridge, push } = literalBridge(made.everyday());
    const store = createAppStore(bridge);
    await store.getState().connect();
    store.getState().select("github");
    store.getState().open({ kind: "remove", server: "github" });
    push(made.snapshot({ servers: [made.signedIn()] }));
    expect(store.getState()).toMatchObject({ selected: "github", dialog: { kind: "remove" } });
    push(made.snapshot({ servers: [made.local()] }));
    expect(store.getState()).toMatchObject({ selected: null, dialog: null });
  });
});
