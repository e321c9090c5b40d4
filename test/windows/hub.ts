/** The hub on its Windows pipe, and that there is one of it. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { HubRecord } from "../../shim/endpoint.ts";
import { waitFor } from "../fixtures/wait.ts";
import {
  ACME,
  endHub,
  environment,
  makeHome,
  runCli,
  serverStatus,
  startAgent,
  startHub,
  status,
  writeServers,
} from "./world.ts";

const homes: string[] = [];
after(async () => {
  for (const home of homes) await endHub(home);
});

function home(name: string, servers: Readonly<Record<string, unknown>>): string {
  const path = makeHome(name, servers);
  homes.push(path);
  return path;
}

const recordOf = (path: string): HubRecord => JSON.parse(readFileSync(join(path, "hub.json"), "utf8")) as HubRecord;

/** An MCP server in one file. */
const SERVER = `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = method === "initialize"
    ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "files", version: "1" } }
    : method === "tools/list" ? { tools: [{ name: "where", inputSchema: { type: "object" } }] }
    : { content: [{ type: "text", text: [process.cwd(), ...process.argv.slice(2)].join("|") }] };
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
});`;

describe("the hub", () => {
  test("listens on a pipe with a random name, and status finds it", async () => {
    const path = home("pipe", { "acme notes": { url: ACME } });
    const away = await runCli(["status"], environment(path));
    assert.equal(away.code, 4, away.stderr);
    const hub = await startHub(path);
    const { pipe, pid } = recordOf(path);
    assert.match(pipe, /^\\\\\.\\pipe\\gatehouse-[0-9a-f]{32}$/);
    assert.equal(pid, hub.process.pid);
    const { code, stdout, stderr } = await runCli(["status"], environment(path));
    assert.equal(code, 3, stderr);
    assert.match(stdout, /Windows Credential Manager/);
    assert.match(stderr, /gatehouse login "acme notes"/);
    const snapshot = await status(path);
    assert.equal(snapshot.hub.pid, pid);
    assert.equal(snapshot.config.path, join(path, "servers.json"));
    await hub.kill();
  });

  test("says nothing to whoever cannot prove that he holds the key", async () => {
    const path = home("key", {});
    const hub = await startHub(path);
    const socket = connect(recordOf(path).pipe);
    let heard = "";
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
    });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("error", () => {});
    socket.write('{"gatehouse":1,"nonce":"AAAAAAAAAAAAAAAAAAAAAA","version":"0"}\n');
    socket.write('{"proof":"guessed","open":{"kind":"control"}}\n');
    await closed;
    assert.ok(!heard.includes('"ok"'), heard);
    await hub.kill();
  });

  test("a second one for the same home gives way", async () => {
    const path = home("second", {});
    const hub = await startHub(path);
    const { code, stderr } = await runCli(["hub"], environment(path));
    assert.equal(code, 1);
    assert.match(stderr, /already running/);
    assert.equal(recordOf(path).pid, hub.process.pid);
    assert.equal((await runCli(["status"], environment(path))).code, 0);
    await hub.kill();
  });

  test("a record whose hub was ended is nobody's, and the next hub takes it over", async () => {
    const path = home("dead", {});
    const first = await startHub(path);
    const dead = recordOf(path);
    await first.kill();
    assert.deepEqual(recordOf(path), dead);
    assert.equal((await runCli(["status"], environment(path))).code, 4);
    const second = await startHub(path);
    assert.notEqual(recordOf(path).pipe, dead.pipe);
    assert.equal((await status(path)).hub.pid, second.process.pid);
    await second.kill();
  });

  test("of several hubs that start at once on a dead one's record exactly one stays", async () => {
    const path = home("race", {});
    const first = await startHub(path);
    await first.kill();
    const others = await Promise.allSettled([startHub(path), startHub(path), startHub(path)]);
    const up = others.filter((other) => other.status === "fulfilled");
    assert.equal(
      up.length,
      1,
      JSON.stringify(others.map((other) => other.status === "rejected" && String(other.reason))),
    );
    assert.equal((await status(path)).hub.pid, up[0]?.value.process.pid);
    await up[0]?.value.kill();
  });

  test("several commands at once start one, in the background, that outlives them", async () => {
    const path = home("launch", {});
    const runs = await Promise.all([1, 2, 3].map(() => runCli(["logout", "nobody"], environment(path))));
    assert.deepEqual(
      runs.map(({ code }) => code),
      [2, 2, 2],
      runs.map(({ stderr }) => stderr).join("\n"),
    );
    const { pid } = recordOf(path);
    assert.equal((await status(path)).hub.pid, pid);
  });

  test("a home that holds a dead launcher's lock is no obstacle", async () => {
    const path = home("lock", {});
    mkdirSync(join(path, "state"), { recursive: true });
    writeFileSync(join(path, "state", "launch.lock"), "999999");
    const { code, stderr } = await runCli(["logout", "nobody"], environment(path));
    assert.equal(code, 2, stderr);
  });

  test("notices that servers.json was written, and what it says", async () => {
    const path = home("watch", {});
    const hub = await startHub(path);
    writeServers(path, { "my files": { command: process.execPath, args: [] } });
    await waitFor("the new server", async () =>
      (await status(path)).servers.some(({ name }) => name === "my files") ? true : undefined,
    );
    await hub.kill();
  });

  test("an agent uses a server that is a batch file, in its folder, by a name with blanks", async () => {
    const path = home("stdio", {});
    const folder = join(path, "my server");
    mkdirSync(folder);
    writeFileSync(join(folder, "server.cjs"), SERVER);
    writeFileSync(join(folder, "server.cmd"), `@"${process.execPath}" "%~dp0server.cjs" %*\r\n`);
    writeServers(path, { "my files": { command: ".\\server.cmd", args: ["a b", '{"c":"d & e"}'], cwd: folder } });
    const agent = await startAgent(path, "my files");
    assert.deepEqual(await agent.toolNames(), ["where"]);
    assert.equal(await agent.callText("where"), `${folder}|a b|{"c":"d & e"}`);
    assert.equal((await serverStatus(path, "my files")).state, "ready");
    await agent.close();
  });

  test("an agent lives on when the hub is ended, and a new one is started for it", async () => {
    const path = home("resume", {});
    writeFileSync(join(path, "server.cjs"), SERVER);
    writeServers(path, { files: { command: process.execPath, args: [join(path, "server.cjs"), "x"], cwd: path } });
    const agent = await startAgent(path, "files");
    assert.equal(await agent.callText("where"), `${path}|x`);
    const { pid } = recordOf(path);
    process.kill(pid, "SIGKILL");
    const again = await waitFor(
      "an answer of the new hub",
      () => agent.callText("where").catch(() => undefined),
      30_000,
    );
    assert.equal(again, `${path}|x`);
    assert.notEqual(recordOf(path).pid, pid);
    await agent.close();
  });
});
