/** `gatehouse vault`: where sign-ins are kept, and moving them. */
import { parseArgs } from "node:util";
import { count, vaultAdvice, vaultText } from "../preload/text.ts";
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";

const USAGE = "Usage: gatehouse vault status [--json], or gatehouse vault move keychain|file";

export async function vault(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const [what, to, ...more] = positionals;
  if (what === "status" && to === undefined) return status(values.json);
  if (what === "move" && (to === "keychain" || to === "file") && more.length === 0) return move(to);
  throw new Usage(USAGE);
}

async function status(json: boolean): Promise<number> {
  const hub = await control(false);
  try {
    const result = await call(hub, "getSnapshot", {});
    if (!result.ok) return failed(result.error);
    const { vault: held } = result.value.hub;
    process.stdout.write(json ? `${JSON.stringify(held, null, 2)}\n` : `${vaultText(held, process.platform).label}.\n`);
    const advice = vaultAdvice(held);
    if (advice === null) return EXIT.done;
    say(advice);
    return EXIT.failed;
  } finally {
    hub.close();
  }
}

async function move(to: "keychain" | "file"): Promise<number> {
  const hub = await control(true);
  try {
    const result = await call(hub, "moveVault", { to });
    if (!result.ok) return failed(result.error);
    const { vault: held, moved, left } = result.value;
    say(`${count(moved, "sign-in")} moved. ${vaultText(held, process.platform).label} from now on.`);
    if (left > 0) {
      say(`${count(left, "copy", "copies")} could not be deleted from the old place; the next start tries again.`);
    }
    return EXIT.done;
  } finally {
    hub.close();
  }
}
