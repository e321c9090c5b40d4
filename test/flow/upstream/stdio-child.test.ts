/** Servers on this computer: real children that answer, babble, crash and refuse to go. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StdioServer } from "../../../main/config/types.ts";
import type { GatehouseError } from "../../../main/errors.ts";
import { StdioChild } from "../../../main/upstream/stdio-child.ts";
import { peek } from "../../../shim/scan.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function start(script: string, given: Partial<StdioServer> = {}, env: NodeJS.ProcessEnv = process.env) {
  const folder = use(tempFolder("child"));
  const path = join(folder.path, "server.cjs");
  writeFileSync(path, script);
  const messages: string[] = [];
  const failures = new Map<string, GatehouseError>();
  const closed: GatehouseError[] = [];
  const child = new StdioChild({
    server: {
      name: "s",
      type: "stdio",
      command: process.execPath,
      args: [path],
      env: {},
      cwd: null,
      ...given,
    } as StdioServer,
    log: silent,
    env,
    grace: 200,
    events: {
      untaken() {},
      message: (line) => void messages.push(line.toString()),
      failed: (id, error) => void failures.set(id, error),
      closed: (error) => void closed.push(error),
    },
  });
  use({ close: () => child.close() });
  const send = (text: string): void => {
    const line = Buffer.from(text);
    child.send(line, peek(line));
  };
  return { child, messages, failures, closed, send };
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const ECHO = `require("readline").createInterface({input:process.stdin}).on("line", (l) => { const m = JSON.parse(l); process.stdout.write(JSON.stringify({jsonrpc:"2.0",id:m.id,result:m.params})+"\\n"); });`;

test("messages go and come, and what is not one is left out", async () => {
  const { send, messages } = start(`console.log("Starting up…"); console.log("[1,2]"); ${ECHO}`);
  send('{"jsonrpc":"2.0","id":1,"method":"x","params":{"é":"\\n"}}');
  expect(await waitFor("the answer", () => messages[0])).toBe('{"jsonrpc":"2.0","id":1,"result":{"é":"\\n"}}');
});

test("a crash fails what was in flight, with the child's last words, after its last answer", async () => {
  const { send, messages, failures, closed } = start(
    `process.stdin.once("data", () => { console.log('{"jsonrpc":"2.0","id":1,"result":{}}'); console.error("no such database"); process.exitCode = 3; process.stdin.destroy(); });`,
  );
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  send('{"jsonrpc":"2.0","id":2,"method":"y"}');
  const error = await waitFor("the end", () => closed[0]);
  expect(error).toMatchObject({
    code: "upstream_failed",
    message: expect.stringMatching(/exit code 3.*no such database/),
  });
  expect(messages).toHaveLength(1);
  expect([...failures.keys()]).toEqual(["2"]);
});

test("a program that is not there is told as that", async () => {
  const { send, closed } = start("", { command: "/nowhere/server" });
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  expect(await waitFor("the end", () => closed[0])).toMatchObject({
    code: "upstream_unreachable",
    message: expect.stringContaining("no such program"),
  });
});

test("a folder that is not there is told as that, not as a missing program", async () => {
  const { send, closed } = start("", { cwd: "/nowhere/work" });
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  expect(await waitFor("the end", () => closed[0])).toMatchObject({
    code: "upstream_unreachable",
    message: "s cannot be started: the folder /nowhere/work is not there.",
    suggestion: expect.stringContaining("cwd"),
  });
  expect(() => start("", { cwd: process.execPath })).toThrow(`the folder ${process.execPath} is not there`);
});

test("its environment is ours and its own, without what is only ours", async () => {
  const { send, messages } = start(
    `process.stdin.once("data", () => console.log(JSON.stringify({jsonrpc:"2.0",id:1,result:process.env})));`,
    { env: { OWN: "yes" } },
    { PATH: process.env.PATH, KEPT: "yes", GATEHOUSE_VAULT_PASSPHRASE: "secret", ELECTRON_RUN_AS_NODE: "1" },
  );
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  const { result } = JSON.parse(await waitFor("the answer", () => messages[0])) as { result: Record<string, string> };
  expect(result).toMatchObject({ OWN: "yes", KEPT: "yes" });
  expect(Object.keys(result).filter((name) => /^(GATEHOUSE|ELECTRON)_/.test(name))).toEqual([]);
});

test("a child that will not go is made to, with what it started", async () => {
  const { child, send, messages, closed } = start(
    `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
     const g = require("child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)"], {stdio:"ignore"});
     process.stdin.once("data", () => console.log(JSON.stringify({jsonrpc:"2.0",id:1,result:[process.pid, g.pid]})));`,
  );
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  const { result } = JSON.parse(await waitFor("the answer", () => messages[0])) as { result: number[] };
  expect(result.every(isRunning)).toBe(true);
  await child.close();
  await waitFor("the whole tree to be gone", () => (result.some(isRunning) ? undefined : true));
  expect(closed).toEqual([]);
});

test("a child that ends with its stdin needs no signal", async () => {
  const folder = use(tempFolder("mark"));
  const mark = join(folder.path, "how");
  const { child, messages, send } = start(
    `const fs = require("fs"); process.on("SIGTERM", () => { fs.writeFileSync(${JSON.stringify(mark)}, "signal"); process.exit(); });
     process.stdin.once("data", () => console.log('{"jsonrpc":"2.0","id":1,"result":{}}')).on("end", () => { fs.writeFileSync(${JSON.stringify(mark)}, "stdin"); });`,
  );
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  await waitFor("it to be up", () => messages[0]);
  await child.close();
  expect(readFileSync(mark, "utf8")).toBe("stdin");
});
