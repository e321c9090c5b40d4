/** `gatehouse hub`: the hub in the foreground, in plain Node. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXIT, say } from "./cli-base.ts";

export async function hub(args: readonly string[]): Promise<number | null> {
  const { values } = parseArgs({ args: [...args], options: { launched: { type: "boolean", default: false } } });
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 18)) {
    say(`The hub needs Node 20.18 or newer; this is ${process.versions.node}.`);
    return EXIT.failed;
  }
  const entry = join(__dirname, "..", "main", "headless.cjs");
  const { runHeadless } = require(entry) as { runHeadless(options: { launched: boolean }): Promise<number> };
  return runHeadless({ launched: values.launched });
}
