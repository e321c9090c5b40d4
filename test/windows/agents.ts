/** Agents' own files on Windows: where they lie, what is written, and a file that another program holds. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { waitFor } from "../fixtures/wait.ts";
import { endHub, environment, hold, makeFolder, makeHome, runCli } from "./world.ts";

const CURSOR =
  '{\r\n\t// what was there before\r\n\t"mcpServers": {\r\n\t\t"own": { "command": "C:\\\\Program Files\\\\own.exe" }\r\n\t}\r\n}\r\n';

describe("agents' files", () => {
  const homes: string[] = [];
  after(() => Promise.all(homes.map(endHub)));

  function makePerson() {
    const person = makeFolder("Person & co");
    const home = makeHome("agents", {});
    homes.push(home);
    const [APPDATA, LOCALAPPDATA] = [join(person, "AppData", "Roaming"), join(person, "AppData", "Local")];
    const env = environment(home, { USERPROFILE: person, APPDATA, LOCALAPPDATA, GATEHOUSE_VAULT: "memory" });
    return {
      path: (...parts: string[]) => join(person, ...parts),
      cli: (...args: string[]) => runCli(args, env),
      write(path: string, text: string): void {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      },
      read: (path: string) => readFileSync(path, "utf8"),
    };
  }

  test("install writes a command that starts, uninstall leaves the same bytes", async () => {
    const me = makePerson();
    const file = me.path(".cursor", "mcp.json");
    me.write(file, CURSOR);
    const installed = await me.cli("install", "cursor");
    assert.equal(installed.code, 0, installed.stderr);
    const text = me.read(file);
    assert.ok(!/[^\r]\n/.test(text), "every line ends as Windows' do");
    const { mcpServers } = JSON.parse(text.replace(/^\t\/\/.*$/m, ""));
    const { command, args, env } = mcpServers.gatehouse as {
      command: string;
      args: string[];
      env: { GATEHOUSE_HOME: string };
    };
    assert.equal(command, process.execPath);
    assert.deepEqual(args.slice(1), ["connect"]);
    assert.ok(existsSync(env.GATEHOUSE_HOME));
    const version = execFileSync(command, [args[0] ?? "", "--version"], { encoding: "utf8" });
    assert.match(version, /^\d+\.\d+\.\d+/);
    const gone = await me.cli("uninstall", "cursor");
    assert.equal(gone.code, 0, gone.stderr);
    assert.equal(me.read(file), CURSOR);
  });

  test("Claude Desktop has its file in %APPDATA%, and in its package where it came from the Store", async () => {
    const me = makePerson();
    const usual = me.path("AppData", "Roaming", "Claude", "claude_desktop_config.json");
    const inPackage = ["LocalCache", "Roaming", "Claude", "claude_desktop_config.json"];
    const store = me.path("AppData", "Local", "Packages", "Claude_pzs8sxrjxfjjc", ...inPackage);
    mkdirSync(dirname(store), { recursive: true });
    assert.equal((await me.cli("install", "claude-desktop")).code, 0);
    assert.match(me.read(store), /"gatehouse"/);
    assert.equal(existsSync(usual), false, "the other one is not there, and is not made");
    assert.equal((await me.cli("uninstall", "claude-desktop")).code, 0);
    assert.equal(existsSync(store), false);
  });

  test("a file that is read-only, or that another program holds, stays as it is", async () => {
    const me = makePerson();
    const file = me.path(".cursor", "mcp.json");
    me.write(file, CURSOR);
    chmodSync(file, 0o444);
    const closed = await me.cli("install", "cursor");
    assert.equal(closed.code, 1);
    assert.match(closed.stderr, /read-only/);
    chmodSync(file, 0o666);
    const holder = hold(file, 60_000);
    await waitFor("the file to be held", () => (holder.stdout().includes("held") ? true : undefined));
    const held = await me.cli("install", "cursor");
    await holder.kill();
    assert.equal(held.code, 1);
    assert.match(held.stderr, /mcp\.json.*(EBUSY|EPERM|EACCES)/);
    assert.equal(me.read(file), CURSOR);
    assert.equal((await me.cli("install", "cursor")).code, 0);
  });
});
