import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { autostartPath, setAutostart } from "../../../main/electron/autostart.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

test("lies where the desktop looks, also when its folder is not there yet; off takes it away, twice too", async () => {
  const folder = use(tempFolder("autostart"));
  const path = autostartPath({ XDG_CONFIG_HOME: folder.path });
  expect(path).toBe(join(folder.path, "autostart", "gatehouse.desktop"));
  await setAutostart(path, ["/opt/gatehouse-app", "--hidden"]);
  const written = statSync(path).mtimeMs;
  expect(readFileSync(path, "utf8")).toContain('\nExec="/opt/gatehouse-app" "--hidden"\n');
  await setAutostart(path, ["/opt/gatehouse-app", "--hidden"]);
  expect(statSync(path).mtimeMs).toBe(written);
  await setAutostart(path, null);
  await setAutostart(path, null);
  expect(existsSync(path)).toBe(false);
});

test("a relative XDG_CONFIG_HOME counts for nothing (XDG Base Directory Specification)", () => {
  expect(autostartPath({ XDG_CONFIG_HOME: "config" })).toMatch(/^\/.*\/\.config\/autostart\/gatehouse\.desktop$/);
});

test.runIf(existsSync("/usr/bin/gio"))("the desktop starts what was meant, whatever stands in it", async () => {
  const folder = use(tempFolder("auto start"));
  const said = join(folder.path, "said");
  const program = join(folder.path, 'a "b" $HOME `c` \\d.sh');
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > "${said}"\n`);
  chmodSync(program, 0o700);
  const path = join(folder.path, "gatehouse.desktop");
  await setAutostart(path, [program, "100 %f $HOME"]);
  execFileSync("/usr/bin/gio", ["launch", path]);
  expect(readFileSync(said, "utf8")).toBe("100 %f $HOME");
});

test("a place that cannot be written is the system's error, and nothing is left of it", async () => {
  const folder = use(tempFolder("autostart"));
  writeFileSync(join(folder.path, "autostart"), "somebody's file");
  const path = autostartPath({ XDG_CONFIG_HOME: folder.path });
  await expect(setAutostart(path, ["/opt/gatehouse-app"])).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(readFileSync(join(folder.path, "autostart"), "utf8")).toBe("somebody's file");
});
