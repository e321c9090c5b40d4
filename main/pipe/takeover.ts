/**
 * An app in the place of a hub that a shim started in the background. Such a hub has its agent's environment, in which there
 * is often neither a session bus nor a display (the MCP SDKs hand on little more than PATH and HOME): no keychain, no browser.
 */
import { connectHub } from "../../shim/connect.ts";
import { openControl } from "../../shim/control.ts";
import { readRecord } from "../../shim/endpoint.ts";
import { within } from "../within.ts";

/** Milliseconds that a hub may take to end its sessions. */
const LIMIT = 6_000;

/** Resolves true when a hub was there that makes way for an app, and has gone. Agents' shims go on with the next one. */
export async function takeOver(home: string, version: string): Promise<boolean> {
  const record = readRecord(home);
  if (record?.yields !== true) return false;
  const reached = await connectHub(record, version, { kind: "control" });
  if (reached.kind !== "open") return false;
  const control = openControl(reached.socket);
  // The answer may be lost when it goes quickly.
  void control.call("yield", {}).catch(() => {});
  const gone = await within(LIMIT, control.closed);
  control.close();
  return gone;
}
