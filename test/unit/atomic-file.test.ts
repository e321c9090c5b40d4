import { execFile } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { replaceFile } from "../../main/atomic-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-atomic-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe("replaceFile", () => {
  test("creates for this user alone, whatever the umask", async () => {
    const path = join(folder, "new.json");
    await replaceFile(path, "{}");
    expect(await readFile(path, "utf8")).toBe("{}");
    expect(await mode(path)).toBe(0o600);
    await replaceFile(join(folder, "open.json"), "x", { mode: 0o666 });
    expect(await mode(join(folder, "open.json"))).toBe(0o666);
    expect((await readdir(folder)).sort()).toEqual(["new.json", "open.json"]);
  });

  test("keeps the permissions that an existing file has", async () => {
    const path = join(folder, "f");
    await writeFile(path, "old");
    await chmod(path, 0o640);
    await replaceFile(path, new Uint8Array([110, 101, 119]), { mode: 0o600 });
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await mode(path)).toBe(0o640);
  });

  test("a check that refuses keeps the old content, and leaves nothing beside it", async () => {
    const path = join(folder, "f");
    await writeFile(path, "old");
    const refusing = replaceFile(path, "new", {
      check: async () => {
        expect(await readFile(path, "utf8")).toBe("old");
        throw new Error("changed meanwhile");
      },
    });
    await expect(refusing).rejects.toThrow("changed meanwhile");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["f"]);
  });

  test("follows relative, chained and dangling links to their end", async () => {
    await mkdir(join(folder, "dotfiles"));
    await writeFile(join(folder, "dotfiles", "real"), "old");
    await symlink("real", join(folder, "dotfiles", "middle"));
    await symlink(join("dotfiles", "middle"), join(folder, "link"));
    await replaceFile(join(folder, "link"), "new");
    expect(await readlink(join(folder, "link"))).toBe(join("dotfiles", "middle"));
    expect((await lstat(join(folder, "dotfiles", "real"))).isFile()).toBe(true);
    expect(await readFile(join(folder, "dotfiles", "real"), "utf8")).toBe("new");

    await symlink(join("dotfiles", "later"), join(folder, "dangling"));
    await replaceFile(join(folder, "dangling"), "made");
    expect(await readFile(join(folder, "dotfiles", "later"), "utf8")).toBe("made");
  });

  test("a relative link counts from where its folder really is", async () => {
    await mkdir(join(folder, "a", "b"), { recursive: true });
    await symlink(join("a", "b"), join(folder, "short"));
    await symlink(join("..", "target"), join(folder, "a", "b", "link"));
    await replaceFile(join(folder, "short", "link"), "x");
    expect(await readFile(join(folder, "a", "target"), "utf8")).toBe("x");
  });

  test("links in a ring end with the system's error", async () => {
    await symlink("two", join(folder, "one"));
    await symlink("one", join(folder, "two"));
    await expect(replaceFile(join(folder, "one"), "x")).rejects.toMatchObject({ code: "ELOOP" });
  });

  test("leaves nothing behind where it cannot replace", async () => {
    await mkdir(join(folder, "is-a-folder"));
    await expect(replaceFile(join(folder, "is-a-folder"), "x")).rejects.toMatchObject({ code: "EISDIR" });
    await expect(replaceFile(join(folder, "missing", "f"), "x")).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readdir(folder)).toEqual(["is-a-folder"]);
  });

  // A file size limit stops the write half-way, as a full disk does.
  test.skipIf(process.platform === "win32")("a write that stops half-way costs nothing", async () => {
    const path = join(folder, "f");
    await writeFile(path, "old content");
    const program = join(folder, "program.mjs");
    await build({
      stdin: {
        contents: `import { replaceFile } from "./main/atomic-file.ts";
          replaceFile(process.argv[2], "x".repeat(1_000_000)).then(() => console.log("written"), (e) => console.log(e.code));`,
        resolveDir: process.cwd(),
        loader: "ts",
      },
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
    });
    const { stdout } = await promisify(execFile)("sh", [
      "-c",
      'ulimit -f 64; exec "$0" "$@"',
      process.execPath,
      program,
      path,
    ]);
    expect(stdout.trim()).toBe("EFBIG");
    expect(await readFile(path, "utf8")).toBe("old content");
    expect((await readdir(folder)).sort()).toEqual(["f", "program.mjs"]);
  });

  test("writers side by side leave one whole content", async () => {
    const path = join(folder, "f");
    const contents = Array.from({ length: 20 }, (_, n) => String(n).repeat(50_000));
    await Promise.all(contents.map((content) => replaceFile(path, content)));
    expect(contents).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["f"]);
  });
});
