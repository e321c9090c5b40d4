/** Where files lie, and how they are replaced while others have them open. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { replaceFile } from "../../main/atomic-file.ts";
import { gatehousePaths } from "../../main/paths.ts";
import { sleep, waitFor } from "../fixtures/wait.ts";
import { endHub, environment, hold, makeFolder, runCli } from "./world.ts";

describe("files", () => {
  test("without GATEHOUSE_HOME all lies in %APPDATA%\\Gatehouse, whatever characters that has", async () => {
    const roaming = makeFolder("Roaming 漢字");
    const env = environment(null, { APPDATA: roaming });
    const home = join(roaming, "Gatehouse");
    assert.equal(gatehousePaths(env).home, home);
    const help = await runCli(["--help"], env);
    assert.ok(help.stdout.includes(home), help.stdout);
    assert.equal(existsSync(home), false, "asking for help makes no folder");
    const { code } = await runCli(["logout", "nobody"], env);
    assert.equal(code, 2, "an unknown server is a mistake of usage");
    assert.ok(existsSync(join(home, "hub.json")), "the hub that was started for it has its record there");
    await endHub(home);
  });

  test("a file is replaced whole, and nothing is left beside it", async () => {
    const folder = makeFolder("replace");
    const path = join(folder, "servers.json");
    for (const text of ["one", "two", "é".repeat(100_000)]) {
      await replaceFile(path, text);
      assert.equal(readFileSync(path, "utf8"), text);
    }
    assert.deepEqual(readdirSync(folder), ["servers.json"]);
  });

  test("a file that is being read is replaced when it has been read", async () => {
    const path = join(makeFolder("open"), "servers.json");
    writeFileSync(path, "old");
    const reader = await open(path, "r");
    const read = sleep(300).then(async () => {
      const text = await reader.readFile("utf8");
      await reader.close();
      return text;
    });
    await replaceFile(path, "new");
    assert.equal(await read, "old");
    assert.equal(readFileSync(path, "utf8"), "new");
  });

  test("a file that another program will not share is replaced as soon as it lets go", async () => {
    const folder = makeFolder("held");
    const path = join(folder, "servers.json");
    writeFileSync(path, "old");
    const holder = hold(path, 400);
    await waitFor("the file to be held", () => (holder.stdout().includes("held") ? true : undefined));
    await replaceFile(path, "new");
    assert.equal(readFileSync(path, "utf8"), "new");
    assert.equal(await holder.exited, 0, holder.stderr());
    assert.deepEqual(readdirSync(folder), ["servers.json"]);
  });

  test("a file that is never let go keeps its content, and the caller is told", async () => {
    const folder = makeFolder("kept");
    const path = join(folder, "servers.json");
    writeFileSync(path, "old");
    const holder = hold(path, 60_000);
    await waitFor("the file to be held", () => (holder.stdout().includes("held") ? true : undefined));
    await assert.rejects(replaceFile(path, "new"), ({ code }: NodeJS.ErrnoException) =>
      ["EPERM", "EACCES", "EBUSY"].includes(code ?? ""),
    );
    await holder.kill();
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["servers.json"]);
  });
});
