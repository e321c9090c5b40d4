/** From nothing: a headless hub until it has answered a first call. */
import { spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { connectHub } from "../../../shim/connect.ts";
import { readRecord } from "../../../shim/endpoint.ts";
import { startChild } from "../../fixtures/children.ts";
import { environment, programFile } from "../../fixtures/program.ts";
import { clientOn, handshake, must } from "../client.ts";
import { benchHome, HUB_ENV } from "../peers.ts";
import type { BenchServer } from "../programs.ts";

/** Milliseconds. */
export interface HubStart {
  /** `node -e 0`, from start to end. */
  readonly node: number[];
  /** From the start of the hub's process to the first call's answer. */
  readonly hub: number[];
}

export async function hubStart(server: BenchServer, rounds: number): Promise<HubStart> {
  const result: HubStart = { node: [], hub: [] };
  for (let round = -1; round < rounds; round++) {
    const node = await bareNode();
    const hub = await oneHub(server);
    if (round < 0) continue;
    result.node.push(node);
    result.hub.push(hub);
  }
  return result;
}

function bareNode(): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", () => resolve(performance.now() - started));
  });
}

async function oneHub(server: BenchServer): Promise<number> {
  const home = await benchHome(server.url, false);
  const record = new Promise<void>((resolve) => {
    const watcher = watch(home.path, () => {
      if (!existsSync(join(home.path, "hub.json"))) return;
      watcher.close();
      resolve();
    });
  });
  const started = performance.now();
  const hub = startChild(process.execPath, [programFile(), "hub"], {
    env: environment({ home: home.path, env: HUB_ENV }),
    cwd: home.path,
  });
  try {
    await record;
    const found = readRecord(home.path);
    if (found === null) throw new Error("the hub's record cannot be read");
    const target = { kind: "server", server: "bench", account: null } as const;
    const reached = await connectHub(found, found.version, { kind: "session", target, resume: false });
    if (reached.kind !== "open") throw new Error(`the hub cannot be reached: ${JSON.stringify(reached)}`);
    const client = clientOn(reached.socket);
    reached.socket.resume();
    await handshake(client);
    must(await client.request("tools/call", { name: "tool_1", arguments: {} }));
    const took = performance.now() - started;
    await client.close();
    return took;
  } finally {
    await hub.stop();
    await home.close();
  }
}
