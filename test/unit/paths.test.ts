import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureHome, gatehousePaths } from "../../main/paths.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-paths-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("gatehousePaths", () => {
  test("everything lies in GATEHOUSE_HOME, made absolute", () => {
    const paths = gatehousePaths({ GATEHOUSE_HOME: "relative/home" });
    expect(paths.home).toBe(join(process.cwd(), "relative", "home"));
    for (const path of Object.values(paths)) {
      expect(isAbsolute(path)).toBe(true);
      expect(path.startsWith(paths.home)).toBe(true);
    }
    expect(paths.servers).toBe(join(paths.home, "servers.json"));
    expect(paths.hubRecord).toBe(join(paths.home, "hub.json"));
    expect(paths.vaultFile).toBe(join(paths.home, "vault.enc"));
  });

  test("else in the OS's place", () => {
    expect(gatehousePaths({ XDG_CONFIG_HOME: "/x" }, "linux").home).toBe(join("/x", "gatehouse"));
    expect(gatehousePaths({}, "darwin").home).toMatch(/Library.Application Support.Gatehouse$/);
    expect(gatehousePaths({ APPDATA: "/roaming" }, "win32").home).toBe(join("/roaming", "Gatehouse"));
  });
});

describe.skipIf(process.platform === "win32")("ensureHome", () => {
  const ensure = (home: string) => ensureHome(gatehousePaths({ GATEHOUSE_HOME: home }));

  test("makes folders for this user alone, and closes an open one", async () => {
    const home = join(folder, "deep", "home");
    await ensure(home);
    for (const path of [home, join(home, "logs"), join(home, "state")]) {
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    }
    await chmod(home, 0o755);
    await ensure(home);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  });

  test("follows a link to a folder", async () => {
    await mkdir(join(folder, "real"));
    await symlink(join(folder, "real"), join(folder, "home"));
    await ensure(join(folder, "home"));
    expect((await stat(join(folder, "real", "logs"))).isDirectory()).toBe(true);
  });

  test("a file in its place, or in its way, is said plainly", async () => {
    await writeFile(join(folder, "file"), "");
    for (const home of [join(folder, "file"), join(folder, "file", "home")]) {
      const error: unknown = await ensure(home).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "config_invalid", message: expect.stringContaining("is not a folder") });
      expect(error).toMatchObject({ suggestion: expect.stringContaining("GATEHOUSE_HOME") });
    }
  });

  test.runIf(process.platform === "linux")("a full disk is found out, though it makes empty files", async () => {
    const home = join(folder, "home");
    await mkdir(home);
    await symlink("/dev/full", join(home, `.gatehouse-${process.pid}.probe`));
    const error: unknown = await ensure(home).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "config_invalid", message: expect.stringContaining("(ENOSPC)") });
    expect(error).toMatchObject({ suggestion: expect.stringContaining("Make room") });
    expect(await readdir(home)).toEqual(["logs", "state"]);
  });

  test("a folder shared by all is refused, not closed to the others", async () => {
    const shared = join(folder, "shared");
    await mkdir(shared);
    await chmod(shared, 0o1777);
    await expect(ensure(shared)).rejects.toMatchObject({ code: "config_invalid" });
    expect((await stat(shared)).mode & 0o7777).toBe(0o1777);
  });
});
