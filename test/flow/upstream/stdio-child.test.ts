/** Servers on this computer: real children that answer, babble, crash and refuse to go. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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

test.skipIf(process.platform === "win32")("what a child leaves behind is ended, however the child went", async () => {
  for (const how of ["closed", "crashed"]) {
    const { child, messages, send, closed } = start(
      `const { spawn } = require("child_process");
       const rest = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: "ignore" });
       rest.unref();
       process.stdin.once("data", () => console.log(JSON.stringify({ jsonrpc: "2.0", id: 1, result: rest.pid })))
         .on("data", (line) => { if (String(line).includes("crash")) process.exit(1); });
       process.stdin.on("end", () => process.exit(0));`,
    );
    send('{"jsonrpc":"2.0","id":1,"method":"x"}');
    const { result: pid } = JSON.parse(await waitFor("the answer", () => messages[0])) as { result: number };
    expect(isRunning(pid)).toBe(true);
    if (how === "closed") await child.close();
    else send('{"jsonrpc":"2.0","id":2,"method":"crash"}');
    await waitFor("its end", () => (isRunning(pid) ? undefined : true));
    expect(closed).toHaveLength(how === "closed" ? 0 : 1);
  }
});

test.each([
  ["broken off", `'{"jsonrpc":"2.0","id":1,"result":{'`, "upstream_failed"],
  ["with the id behind", `'{"result":{]},"id":1}}}'`, "upstream_failed"],
  ["not UTF-8", `Buffer.from('{"jsonrpc":"2.0","id":1,"result":"\\xff"}', "latin1")`, "upstream_failed"],
  ["of 65 MiB", `'{"jsonrpc":"2.0","id":1,"result":"' + "x".repeat(65 * 1024 * 1024) + '"}'`, "too_large"],
  ["of 65 MiB that names nothing", `'{"result":"' + "x".repeat(65 * 1024 * 1024) + '","id":1}'`, "too_large"],
])("an answer %s fails its request, and the next one is answered", async (_what, answer, code) => {
  const { send, messages, failures, closed } = start(
    `process.stdin.once("data", () => { process.stdout.write(${answer}); process.stdout.write('\\n'); ${ECHO} });`,
  );
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  expect(await waitFor("the failure", () => failures.get("1"), 30_000)).toMatchObject({ code, server: "s" });
  send('{"jsonrpc":"2.0","id":2,"method":"x","params":{}}');
  expect(await waitFor("the answer", () => messages[0])).toContain('"id":2');
  expect(closed).toEqual([]);
});

test("a batch is taken apart", async () => {
  const { send, messages } = start(
    `process.stdin.once("data", () => console.log('[{"jsonrpc":"2.0","method":"a"}, {"jsonrpc":"2.0","id":1,"result":[1, {}]}]'));`,
  );
  send('{"jsonrpc":"2.0","id":1,"method":"x"}');
  await waitFor("both", () => messages[1]);
  expect(messages).toEqual(['{"jsonrpc":"2.0","method":"a"}', '{"jsonrpc":"2.0","id":1,"result":[1, {}]}']);
});

describe.skipIf(process.platform === "win32")("started from a desktop", () => {
  /** A shell that greets, sets PATH and notes that it ran. */
  function shell(does: string) {
    const folder = use(tempFolder("shell"));
    const notes = join(folder.path, "runs");
    const path = join(folder.path, "testsh");
    writeFileSync(path, `#!/bin/sh\necho "$*" >> ${notes}\necho Welcome\n${does}\n`, { mode: 0o755 });
    return {
      env: { SHELL: path, PATH: "/usr/bin:/bin", DISPLAY: ":99", SECRET_OF_SHELL: "no" } as NodeJS.ProcessEnv,
      runs: () => (existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n").length : 0),
    };
  }
  const TELL = `process.stdin.once("data", () => console.log(JSON.stringify({jsonrpc:"2.0",id:1,result:process.env})));`;
  const environment = async (env: NodeJS.ProcessEnv, given: Partial<StdioServer> = {}) => {
    const { send, messages } = start(TELL, given, env);
    send('{"jsonrpc":"2.0","id":1,"method":"x"}');
    const answer = await waitFor("the answer", () => messages[0], 30_000);
    return (JSON.parse(answer) as { result: Record<string, string> }).result;
  };

  test("a server has the PATH of the person's shell, nothing else of it, and the shell runs once", async () => {
    const { env, runs } = shell(
      'PATH=/opt/mine:/usr/bin; ONLY_IN_SHELL=1; export PATH ONLY_IN_SHELL; eval "$2"; echo Bye',
    );
    const [one, two] = await Promise.all([environment(env), environment(env)]);
    expect(one?.PATH).toBe("/opt/mine:/usr/bin:/bin");
    expect(two?.PATH).toBe("/opt/mine:/usr/bin:/bin");
    expect(one).not.toHaveProperty("ONLY_IN_SHELL");
    expect((await environment(env)).PATH).toBe("/opt/mine:/usr/bin:/bin");
    expect(runs()).toBe(1);
  });

  test("no shell is asked in a terminal, nor for an entry with its own PATH", async () => {
    const { env, runs } = shell('eval "$2"');
    expect((await environment({ ...env, TERM: "xterm" })).PATH).toBe("/usr/bin:/bin");
    expect((await environment(env, { env: { PATH: "/own" } })).PATH).toBe("/own");
    expect(runs()).toBe(0);
  });

  test("a shell that fails, or never ends, costs nothing but its time limit", async () => {
    const failing = shell("exit 1");
    expect((await environment(failing.env)).PATH).toBe("/usr/bin:/bin");
    const hanging = shell("sleep 600");
    expect((await environment(hanging.env)).PATH).toBe("/usr/bin:/bin");
    expect(hanging.runs()).toBe(1);
  });
});
