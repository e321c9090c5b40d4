/** `gatehouse hub`: the hub in the foreground, in plain Node. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXIT, say } from "./cli-base.ts";
import { IS_STANDALONE } from "./standalone.ts";

export async function hub(args: readonly string[]): Promise<number | null> {
  const { values } = parseArgs({ args: [...args], options: { launched: { type: "boolean", default: false } } });
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 18)) {
    say(`The hub needs Node 20.18 or newer; this is ${process.versions.node}.`);
    return EXIT.failed;
  }
  const place = IS_STANDALONE ? join("app.asar.unpacked", "dist", "main") : "main";
  const entry = join(__dirname, "..", place, "headless.cjs");
  // The executable's own `require` knows Node's modules only.
  const { runHeadless } = createRequire(entry)(entry) as {
    runHeadless(options: { launched: boolean }): Promise<number>;
  };
  return runHeadless({ launched: values.launched });
}
