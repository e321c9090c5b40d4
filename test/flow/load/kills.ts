/** The hub is killed at every step of a refresh, again and again: the grant outlives it, and so do the agents. */
import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readRecord } from "../../../shim/endpoint.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { codeOfCall, configured, makeLoad, type Store } from "./parts.ts";

/**
 * `received`: the request is at the authorization server, which drops it; `answered`: the answer has left it; `writing`:
 * the vault begins to be written; `stored`: it was written; `using`: calls go on with the new token.
 */
const STEPS = ["received", "answered", "writing", "stored", "using"] as const;
type Step = (typeof STEPS)[number];

export const KILLS = configured("LOAD_KILLS", STEPS.length);
export const KILLS_LIMIT_MS = 60_000 + KILLS * 6_000;

export interface Watched {
  /** Where the vault's file is; null: in the home. */
  readonly folder: string | null;
  /** The step that a change of this file shows; null: none. */
  step(name: string): "writing" | "stored" | null;
}

/** `store`: null for the file vault. */
export async function killAtEveryStep(
  what: string,
  store: Store | null,
  { folder, step: stepOf }: Watched,
): Promise<void> {
  const { as, acme, home, connect } = await makeLoad({ lifetimeMs: 1_000, graceMs: 30_000 }, store);
  const killed = new Map<Step, number>();
  let armed: Step | null = null;
  const kill = (step: Step): void => {
    if (armed !== step) return;
    const pid = readRecord(home.path)?.pid;
    if (pid === undefined) return;
    armed = null;
    process.kill(pid, "SIGKILL");
    killed.set(step, (killed.get(step) ?? 0) + 1);
  };
  as.mishap = () => (armed === "received" ? "drop" : null);
  as.onStep = kill;
  const watcher = watch(folder ?? home.path, (_event, name) => {
    const step = name === null ? null : stepOf(name);
    if (step !== null) kill(step);
  });
  use({ close: () => watcher.close() });

  const agent = await connect();
  expect(await codeOfCall(agent, 1, 1)).toBeNull();
  const codes = new Set<string>();
  for (let round = 0; round < KILLS; round++) {
    const step = STEPS[round % STEPS.length] ?? "received";
    const renewed = as.refreshes.length;
    armed = step;
    await waitFor(`a kill at ${step}`, async () => {
      if (step === "using" && as.refreshes.length > renewed) kill("using");
      return armed === null ? true : undefined;
    });
    await waitFor("a call that works", async () => {
      const code = await codeOfCall(agent, round, 1);
      if (code !== null) codes.add(code);
      return code === null ? true : undefined;
    });
    expect(as.ended, `after a kill at ${step}`).toBe(false);
  }
  expect(codes).not.toContain("sign_in_required");
  expect([...killed.values()].reduce((sum, count) => sum + count, 0)).toBe(KILLS);
  expect([...killed.keys()].sort()).toEqual([...STEPS].sort());
  expect(as.refreshes.filter(({ outcome }) => outcome === "refused")).toEqual([]);
  expect(as.others).toEqual([]);
  expect(acme.requests.filter(({ path }) => path !== "/mcp")).toEqual([]);
  expect(existsSync(join(home.path, "vault.enc"))).toBe(store === null);
  console.log(
    `${what}: ${KILLS} kills (${[...killed].map(([step, count]) => `${count} ${step}`).join(", ")}); grants lost: 0, ` +
      `refresh tokens shown again within the grace: ${as.refreshes.filter(({ outcome }) => outcome === "again").length}.`,
  );
}
