/** Whether a busy window sits in the way of calls: the app's own hub, its renderer in a loop, snapshots without end. */
import { connectHub } from "../../../shim/connect.ts";
import { readRecord } from "../../../shim/endpoint.ts";
import { startApp } from "../../fixtures/app.ts";
import { makeCleanup } from "../../fixtures/cleanup.ts";
import { startDesktop } from "../../fixtures/desktop.ts";
import { makeHome } from "../../fixtures/home.ts";
import { environment, programFile } from "../../fixtures/program.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { clientOn, handshake, must, startClient } from "../client.ts";
import type { BenchServer } from "../programs.ts";

/** Milliseconds of one call through the app. */
export interface BusyWindow {
  readonly quiet: number[];
  readonly busy: number[];
  /** Snapshots that the window drew meanwhile, a second. */
  readonly storms: number;
}

const CALL = { name: "tool_1", arguments: { text: "a question of ordinary length" } };
/** Milliseconds between two sessions of the storm; each beginning and end is a new snapshot. */
const STORM_EVERY = 25;

/** `rounds` times 50 calls while the window rests and 50 while it does not. Throws where there is no Electron. */
export async function busyWindow(server: BenchServer, rounds: number): Promise<BusyWindow> {
  const cleanup = makeCleanup();
  try {
    const desktop = cleanup.use(await startDesktop({ keyring: false }));
    const home = cleanup.use(makeHome({ bench: { url: server.url } }));
    const options = { home: home.path, env: { ...desktop.env, GATEHOUSE_VAULT: "memory" } };
    const app = cleanup.use(await startApp(options));
    const page = await app.window();
    await page.getByRole("listitem").first().waitFor();
    const record = await waitFor("the app's pipe", () => readRecord(home.path) ?? undefined);
    const client = startClient(process.execPath, [programFile(), "connect", "bench"], environment(options));
    cleanup.use(client);
    await handshake(client);
    must(await client.request("tools/list"));
    const result = { quiet: [] as number[], busy: [] as number[], storms: 0 };
    const calls = async (into: number[]): Promise<void> => {
      for (let turn = 0; turn < 50; turn++) {
        const started = performance.now();
        must(await client.request("tools/call", CALL));
        into.push(performance.now() - started);
      }
    };
    await calls([]);
    const open = {
      kind: "session",
      target: { kind: "server", server: "bench", account: null },
      resume: false,
    } as const;
    for (let round = 0; round < rounds; round++) {
      await calls(result.quiet);
      // Nine tenths of a processor, in pieces that let the window draw.
      await page.evaluate(() => {
        Object.assign(window, {
          benchLoop: setInterval(() => {
            const end = performance.now() + 45;
            while (performance.now() < end);
          }, 50),
        });
      });
      const storm = setInterval(async () => {
        const reached = await connectHub(record, record.version, open);
        if (reached.kind !== "open") return;
        const visitor = clientOn(reached.socket);
        reached.socket.resume();
        await handshake(visitor).catch(() => {});
        await visitor.close();
        result.storms++;
      }, STORM_EVERY);
      try {
        await calls(result.busy);
      } finally {
        clearInterval(storm);
        await page.evaluate(() => clearInterval((window as unknown as { benchLoop: number }).benchLoop));
      }
    }
    return result;
  } finally {
    await cleanup.close();
  }
}
