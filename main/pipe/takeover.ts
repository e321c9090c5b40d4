/**
 * A hub in the place of one that runs: of an older one, and an app in that of a hub that a shim started in the background.
 * Such a hub has its agent's environment, in which there is often neither a session bus nor a display (the MCP SDKs hand on
 * little more than PATH and HOME): no keychain, no browser.
 */
import { connectHub } from "../../shim/connect.ts";
import { openControl } from "../../shim/control.ts";
import { readRecord } from "../../shim/endpoint.ts";
import { type Newcomer, yieldsTo } from "../../shim/versions.ts";
import { WIRE_VERSION } from "../../shim/wire.ts";
import { within } from "../within.ts";

/** Milliseconds that a hub may take to bring requests to an end and its sessions too. */
const LIMIT = 9_000;

/** Resolves true when a hub was there that makes way, and has gone. Agents' shims go on with the next one. */
export async function takeOver(home: string, version: string, role: Newcomer["role"]): Promise<boolean> {
  const record = readRecord(home);
  const newcomer: Newcomer = { wire: WIRE_VERSION, version, role };
  if (record === null || !yieldsTo(record, newcomer)) return false;
  const reached = await connectHub(record, version, { kind: "control" });
  if (reached.kind !== "open") return false;
  const control = openControl(reached.socket);
  // The answer may be lost when it goes quickly.
  void control.call("yield", newcomer).catch(() => {});
  const gone = await within(LIMIT, control.closed);
  control.close();
  return gone && readRecord(home)?.key !== record.key;
}
