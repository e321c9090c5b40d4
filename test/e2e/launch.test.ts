/** The fixture that starts the app: a launch that hangs is ended and made once more, and only once. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errors } from "playwright-core";
import { expect, test } from "vitest";
import { electronExecutable, startApp } from "../fixtures/app.ts";
import { tempFolder } from "../fixtures/children.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

/** An Electron that hangs for so many starts. */
function hanging(times: number): { path: string; starts(): number } {
  const folder = use(tempFolder("hanging"));
  const path = join(folder.path, "electron");
  const starts = join(folder.path, "starts");
  writeFileSync(starts, "");
  writeFileSync(
    path,
    `#!/bin/sh
echo x >> "${starts}"
if [ "$(wc -l < "${starts}")" -le ${times} ]; then exec sleep 600; fi
exec "${electronExecutable()}" "$@"
`,
    { mode: 0o700 },
  );
  return { path, starts: () => readFileSync(starts, "utf8").split("\n").length - 1 };
}

test("a launch that hangs is ended and made once more", async () => {
  const desktop = use(await startDesktop());
  const home = use(makeHome());
  const electron = hanging(1);
  // The limit ends the one that hangs; how long the one that works may take is another matter on a busy machine.
  const options = { home: home.path, env: desktop.env, executable: electron.path, launchLimitMs: 2_000 };
  const app = use(await startApp(options));
  await (await app.window()).getByRole("heading", { name: "Servers" }).waitFor();
  expect(electron.starts()).toBe(2);
});

test("one that hangs twice is a failure, and leaves no process", async () => {
  const home = use(makeHome());
  const electron = hanging(2);
  const options = { home: home.path, executable: electron.path, launchLimitMs: 500, lastLaunchLimitMs: 500 };
  await expect(startApp(options)).rejects.toThrow(errors.TimeoutError);
  expect(electron.starts()).toBe(2);
  await waitFor("both to be gone", () => (home.processes().length === 0 ? true : undefined));
});
