/** Servers that are programs: batch files, their arguments, their environment, and the end of all that they started. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { commandBrowser } from "../../main/browser.ts";
import type { StdioServer } from "../../main/config/types.ts";
import type { GatehouseError } from "../../main/errors.ts";
import { startProgram } from "../../main/program.ts";
import { StdioChild } from "../../main/upstream/stdio-child.ts";
import { peek } from "../../shim/scan.ts";
import { waitFor } from "../fixtures/wait.ts";
import { isRunning, makeFolder } from "./world.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Answers each request with its arguments, its environment and its process id. */
const ECHO = `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const result = { args: process.argv.slice(2), env: process.env, pid: process.pid, cwd: process.cwd() };
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result }) + "\\n");
});`;

interface Echo {
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly pid: number;
  readonly cwd: string;
}

/** A folder with `server.cmd`, which hands all its arguments to `server.cjs`, as npm's batch files do. */
function makeBatch(script = ECHO): string {
  const folder = makeFolder("Program & Files");
  writeFileSync(join(folder, "server.cjs"), script);
  writeFileSync(join(folder, "server.cmd"), `@"${process.execPath}" "%~dp0server.cjs" %*\r\n`);
  // What npm leaves for other shells under the bare name; Windows cannot start it.
  writeFileSync(join(folder, "server"), "#!/bin/sh\nexit 1\n");
  return folder;
}

function start(server: Partial<StdioServer> & { command: string }, env: NodeJS.ProcessEnv = process.env) {
  const messages: string[] = [];
  const closed: GatehouseError[] = [];
  const child = new StdioChild({
    server: { name: "s", type: "stdio", args: [], env: {}, cwd: null, ...server } as StdioServer,
    log: silent,
    env,
    grace: 500,
    events: {
      untaken() {},
      message: (line) => void messages.push(line.toString()),
      failed: () => {},
      closed: (error) => void closed.push(error),
    },
  });
  return {
    child,
    closed,
    async ask(): Promise<Echo> {
      const line = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"x"}');
      child.send(line, peek(line));
      const answer = await waitFor("the answer", () => {
        if (closed[0] !== undefined) throw closed[0];
        return messages.shift();
      });
      return (JSON.parse(answer) as { result: Echo }).result;
    },
  };
}

describe("programs", () => {
  test("a batch file is started by its path, by its path without the ending, and by its bare name", async () => {
    const folder = makeBatch();
    const path = join(folder, "server");
    const PATH = `C:\\nowhere;${folder};${process.env.PATH}`;
    for (const [command, env] of [
      [`${path}.cmd`, {}],
      [path, {}],
      ["server", { PATH }],
      ["SERVER.CMD", { Path: PATH }],
    ] as const) {
      const { child, ask } = start({ command, env: { ...env } });
      assert.deepEqual((await ask()).args, [], command);
      await child.close();
    }
    const { child, ask } = start({ command: ".\\server.cmd", cwd: folder });
    assert.equal((await ask()).cwd, folder);
    await child.close();
  });

  // Without percent signs: Wine's cmd.exe expands what it has expanded, the real one does not. test/unit has them.
  test("its arguments arrive as they are, whatever cmd.exe reads in them", async () => {
    const folder = makeBatch();
    const owned = join(folder, "owned.txt");
    const args = [
      "plain",
      "two words",
      "",
      '"quoted"',
      '{"a": [1, "b c"]}',
      "^caret^",
      "!now!",
      "a&b",
      "a|b",
      "<a>",
      "(x)",
      "a,b;c=d",
      "*?~",
      "'single'",
      "ends with \\",
      "C:\\some dir\\",
      '\\"',
      '\\\\"x\\\\',
      "é 漢 🙂",
      `a"&echo owned>"${owned}`,
      `"&echo owned>${owned}&"`,
      `x" & echo owned > "${owned}" & rem "`,
    ];
    const { child, ask } = start({ command: join(folder, "server.cmd"), args });
    assert.deepEqual((await ask()).args, args);
    assert.equal(existsSync(owned), false);
    await child.close();
  });

  test("an argument that cmd.exe cannot be given is refused before anything is started", () => {
    const folder = makeBatch();
    assert.throws(() => start({ command: join(folder, "server.cmd"), args: ["a\r\necho owned"] }), {
      code: "upstream_unreachable",
    });
  });

  test("a batch file that is not there is told as that", () => {
    assert.throws(() => start({ command: "nowhere.cmd" }), {
      code: "upstream_unreachable",
      message: /no such program/,
    });
  });

  test("a program that is not there is told as that", async () => {
    const { closed } = start({ command: "C:\\nowhere\\server.exe" });
    const error = await waitFor("the end", () => closed[0]);
    assert.equal(error.code, "upstream_unreachable");
    assert.match(error.message, /no such program/);
  });

  test("its own variables replace ours in any spelling, and it sees none that is only ours", async () => {
    const folder = makeBatch();
    const ours = { ...process.env, Mixed: "ours", Kept: "yes", gatehouse_vault_passphrase: "secret" };
    const { child, ask } = start(
      { command: process.execPath, args: [join(folder, "server.cjs")], env: { MIXED: "own" } },
      ours,
    );
    const { env } = await ask();
    assert.deepEqual(
      Object.entries(env)
        .filter(([name]) => /^(mixed|kept|gatehouse_.*)$/i.test(name))
        .sort(),
      [
        ["Kept", "yes"],
        ["MIXED", "own"],
      ],
    );
    await child.close();
  });

  test("a batch file's program ends with its stdin, by itself", async () => {
    const folder = makeBatch(
      `${ECHO}\nprocess.stdin.on("end", () => require("fs").writeFileSync(__dirname + "/ended", ""));`,
    );
    const { child, ask } = start({ command: join(folder, "server.cmd") });
    const { pid } = await ask();
    await child.close();
    await waitFor("the program to be gone", () => (isRunning(pid) ? undefined : true));
    assert.ok(existsSync(join(folder, "ended")));
  });

  test("a batch file that will not go is ended with all that it started", async () => {
    const folder = makeBatch(`setInterval(() => {}, 1000);
      const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      require("readline").createInterface({ input: process.stdin }).on("line", () => {
        const result = { args: [String(child.pid)], env: {}, pid: process.pid, cwd: "" };
        process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id: 1, result }) + "\\n");
      });`);
    const { child, ask, closed } = start({ command: join(folder, "server.cmd") });
    const { args, pid } = await ask();
    const all = [pid, Number(args[0])];
    assert.deepEqual(all.map(isRunning), [true, true]);
    await child.close();
    await waitFor("all of them to be gone", () => (all.some(isRunning) ? undefined : true));
    assert.deepEqual(closed, [], "whoever closes it is not told that it is closed");
  });

  test("npm's own npx.cmd is started by its bare name, from a folder with a blank", async () => {
    const child = startProgram("npx", ["--version"], { env: process.env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 0, output);
    assert.match(output, /^\d+\.\d+\.\d+\r?$/m);
  });

  test("a browser's batch file gets the address as it is", async () => {
    const folder = makeFolder("browser");
    mkdirSync(join(folder, "x y"));
    const script = join(folder, "x y", "open.cjs");
    writeFileSync(script, `require("fs").writeFileSync(__dirname + "/address", process.argv[2]);`);
    writeFileSync(join(folder, "x y", "open.cmd"), `@"${process.execPath}" "%~dp0open.cjs" %*\r\n`);
    const url = new URL("https://as.example/authorize?a=1&redirect_uri=http://127.0.0.1&x=^|");
    const file = join(folder, "x y", "address");
    // A browser keeps no program alive that opened it; this one has to see it end.
    const alive = setInterval(() => {}, 1_000);
    try {
      const [address] = await Promise.all([
        waitFor("the address", () => (existsSync(file) && readFileSync(file, "utf8")) || undefined),
        commandBrowser(join(folder, "x y", "open.cmd")).open(url),
      ]);
      assert.equal(address, url.href);
    } finally {
      clearInterval(alive);
    }
  });
});
