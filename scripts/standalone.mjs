/**
 * The command `gatehouse` as one executable file, with Node in it, for agents whose machine has none: Node's single
 * executable application. https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html
 */
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "postject";
import { buildStandalone } from "./build.mjs";

const run = promisify(execFile);

/** Where Node looks for what is to be run, as its documentation has it. */
const BLOB = "NODE_SEA_BLOB";
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** What it is called beside the app. */
export const standaloneName = (platform) => (platform === "win32" ? "gatehouse.exe" : "gatehouse");

/** Writes it to `output`, for the system and the processor that this runs on. */
export async function makeStandalone(output) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-standalone-"));
  try {
    const main = join(folder, "gatehouse.cjs");
    const config = join(folder, "sea.json");
    const blob = join(folder, "gatehouse.blob");
    await writeFile(main, await buildStandalone());
    await writeFile(
      config,
      JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true }),
    );
    await run(process.execPath, ["--experimental-sea-config", config]);
    await copyFile(process.execPath, output);
    await chmod(output, 0o755);
    // The signature of Node's own makers does not hold for what it becomes.
    if (process.platform === "darwin") await run("codesign", ["--remove-signature", output]);
    await inject(output, BLOB, await readFile(blob), { sentinelFuse: FUSE, machoSegmentName: "NODE_SEA" });
    if (process.platform === "darwin") await run("codesign", ["--sign", "-", output]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
