/** `gatehouse hub` where there is no room, which a limit on the size of files stands for. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { startChild } from "../../fixtures/children.ts";
import { makeHome } from "../../fixtures/home.ts";
import { environment, programFile } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "../hub/parts.ts";

test.runIf(process.platform === "linux").each([
  ["for nothing", 0],
  ["for a byte, but not for the hub's record", 100],
])("a hub that has room %s says so, ends with 1 and leaves nothing behind", async (_what, bytes) => {
  const home = use(makeHome());
  const command = [process.execPath, programFile(), "hub"];
  const env = environment({ home: home.path, env: PLAIN });
  const hub = startChild("prlimit", [`--fsize=${bytes}`, ...command], { env, cwd: home.path });
  use({ close: () => hub.stop() });
  expect(await hub.exited).toBe(1);
  expect(hub.output()).toBe(
    `Gatehouse's folder ${home.path} cannot be written to (EFBIG). Make room on its disk, or point GATEHOUSE_HOME at a folder on another one. (config_invalid)\n`,
  );
  expect(readdirSync(home.path).sort()).toEqual(["logs", "servers.json", "state"]);
});
