/** Agents' files through the program itself: terminal, pipe, hub, and an agent that starts what was written. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, test } from "vitest";
import type { AgentInfo } from "../../preload/api-agents.ts";
import { startChild, tempFolder } from "../fixtures/children.ts";
import { everythingServer } from "../fixtures/everything.ts";
import { makeHome } from "../fixtures/home.ts";
import { environment, programFile, runCli } from "../fixtures/program.ts";
import { findBytes } from "../fixtures/secrets.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";
import { PLAIN } from "./hub/parts.ts";

const SECRET = "sk-0123456789abcdefghijklmnop";
const CURSOR = `{
  // what was there before
  "mcpServers": {
    "own": { "url": "https://own.example/mcp", "headers": { "Authorization": "Bearer ${SECRET}" } }
  }
}
`;

function makePerson() {
  const home = use(makeHome({ one: everythingServer(), "two words": everythingServer() }));
  const folder = use(tempFolder("agents person é"));
  const env = { ...PLAIN, HOME: folder.path, XDG_CONFIG_HOME: undefined };
  const path = (...parts: string[]) => join(folder.path, ...parts);
  return {
    home,
    env,
    path,
    cli: (...args: string[]) => runCli(args, { home: home.path, env }),
    write(file: string, text: string): void {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    read: (file: string) => readFileSync(file, "utf8"),
  };
}

interface Written {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

/** As an agent of the desktop does: with what stands in the file, and next to no environment. */
async function startAsWritten({ command, args, env = {} }: Written): Promise<Client> {
  const transport = new StdioClientTransport({ command, args, env: { ...env, PATH: "/nowhere" }, stderr: "ignore" });
  const client = new Client({ name: "desktop", version: "1.0.0" });
  await client.connect(transport);
  use({ close: () => client.close() });
  return client;
}

describe("gatehouse install", () => {
  test("writes what an agent with next to no environment can start; uninstall leaves the same bytes", async () => {
    const me = makePerson();
    const file = me.path(".cursor", "mcp.json");
    me.write(file, CURSOR);
    const installed = await me.cli("install", "cursor");
    expect(installed).toMatchObject({ code: 0, stdout: "" });
    expect(installed.stderr).toContain(`${file}\n`);
    expect(installed.stderr).toContain(`  +     "gatehouse": {`);
    expect(installed.stderr).toMatch(/The file as it was: \S.*mcp\.json\nTo take it back: gatehouse agents undo \S+\n/);

    const { mcpServers } = JSON.parse(me.read(file).replace(/^ *\/\/.*$/m, "")) as {
      mcpServers: Record<string, Written>;
    };
    expect(mcpServers.gatehouse).toMatchObject({
      args: [programFile(), "connect"],
      env: { GATEHOUSE_HOME: me.home.path },
    });
    const agent = await startAsWritten(mcpServers.gatehouse as Written);
    await waitFor("the servers' tools", async () =>
      (await agent.listTools()).tools.some(({ name }) => name.startsWith("one__")) ? true : undefined,
    );

    const [cursor] = (JSON.parse((await me.cli("agents", "--json")).stdout) as { agents: AgentInfo[] }).agents.filter(
      ({ connected }) => connected !== "none",
    );
    expect(cursor).toMatchObject({ id: "cursor", found: true, connected: "all" });
    const told = await me.cli("agents");
    expect(told.stdout).toContain("Cursor (cursor): all servers through Gatehouse\n");
    expect(told.stdout).toContain("of its own: own (own.example, a secret in plain text)\n");

    const gone = await me.cli("uninstall", "cursor");
    expect(gone.code).toBe(0);
    expect(me.read(file)).toBe(CURSOR);

    const logs = readdirSync(join(me.home.path, "logs")).map((name) => me.read(join(me.home.path, "logs", name)));
    const strings = { installed: installed.stderr, gone: gone.stderr, told: told.stdout, logs: logs.join("\n") };
    expect(findBytes([SECRET], { strings, processes: me.home.processes() })).toEqual([]);
    // The copies hold what the file held, for this user alone.
    const copies = readdirSync(join(me.home.path, "backups"), { recursive: true, encoding: "utf8" });
    for (const copy of copies) expect(statSync(join(me.home.path, "backups", copy)).mode & 0o077).toBe(0);
  });

  test("servers by name, one beside the other, also one with a space", async () => {
    const me = makePerson();
    const file = me.path(".codex", "config.toml");
    me.write(file, 'model = "gpt-5"\n');
    expect((await me.cli("install", "codex", "--server", "one")).code).toBe(0);
    expect((await me.cli("install", "codex", "--server", "two words")).code).toBe(0);
    expect(me.read(file)).toMatch(
      /\[mcp_servers\.one\][\s\S]*\[mcp_servers\.two-words\][\s\S]*"connect", "two words"\]/,
    );
    expect((await me.cli("agents")).stdout).toContain("Codex CLI (codex): one, two words through Gatehouse\n");
    expect((await me.cli("install", "codex", "--server", "one,two words")).stderr).toContain("nothing to change");
    await me.cli("uninstall", "codex");
    expect(me.read(file)).toBe('model = "gpt-5"\n');
  });

  test("--dry-run, --json, --project, undo", async () => {
    const me = makePerson();
    const project = me.path("my project");
    mkdirSync(project);
    const file = join(project, ".mcp.json");
    const dry = await me.cli("install", "claude-code", `--project=${project}`, "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({
      client: "claude-code",
      dry_run: true,
      files: [{ path: file, applied: false }],
    });
    expect(existsSync(file)).toBe(false);
    const done = await me.cli("install", "claude-code", "--project", project, "--lazy", "--json");
    const [outcome] = (JSON.parse(done.stdout) as { files: { undo: string; applied: boolean }[] }).files;
    expect(outcome?.applied).toBe(true);
    expect(me.read(file)).toContain('"--lazy"');
    expect(done.stderr).toContain("The command in it is this computer’s");
    expect((await me.cli("agents", "undo", outcome?.undo ?? "")).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect((await me.cli("agents", "undo", outcome?.undo ?? "")).code).toBe(1);
  });

  test("exit codes", async () => {
    const me = makePerson();
    expect((await me.cli("agents", "undo", "x")).code).toBe(4);
    expect(await me.cli("install", "nobody")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("claude-code"),
    });
    expect((await me.cli("install")).code).toBe(2);
    expect((await me.cli("install", "cursor", "--server", "one", "--lazy")).code).toBe(2);
    expect((await me.cli("install", "cursor", "--what")).code).toBe(2);
    expect((await me.cli("install", "cursor", "--server", "none")).code).toBe(2);
    expect((await me.cli("install", "windsurf", "--project", me.path())).code).toBe(1);
    expect(await me.cli("install", "jetbrains")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Settings"),
    });
    expect(await me.cli("uninstall", "cursor")).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing") });
    expect(existsSync(me.path(".cursor"))).toBe(false);
  });

  test("a file that cannot be understood or written stays as it is", async () => {
    const me = makePerson();
    const file = me.path(".cursor", "mcp.json");
    const broken = `{\n  "mcpServers": { "own": { "token": "${SECRET}" }\n`;
    me.write(file, broken);
    const refused = await me.cli("install", "cursor");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(`${file}, line 3: `);
    expect(refused.stderr).toContain("code config_invalid");
    expect(refused.stderr).not.toContain(SECRET);
    expect(me.read(file)).toBe(broken);
    const listed = await me.cli("agents");
    expect(listed.stdout).toContain("line 3");
    me.write(file, CURSOR);
    chmodSync(file, 0o444);
    expect(await me.cli("install", "cursor")).toMatchObject({ code: 1, stderr: expect.stringContaining("read-only") });
    expect(me.read(file)).toBe(CURSOR);
  });

  test.runIf(process.platform === "linux")("on a full disk, which a limit on files' sizes stands for", async () => {
    const me = makePerson();
    const file = me.path(".cursor", "mcp.json");
    const large = CURSOR.replace("before", `before ${"x".repeat(400_000)}`);
    me.write(file, large);
    const hub = startChild("prlimit", ["--fsize=300000", process.execPath, programFile(), "hub"], {
      env: environment({ home: me.home.path, env: me.env }),
      cwd: me.home.path,
    });
    use({ close: () => hub.stop() });
    await waitFor("the hub", async () => ([0, 3].includes(Number((await me.cli("status")).code)) ? true : undefined));
    const refused = await me.cli("install", "cursor");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain(`${file} could not be written (EFBIG). It is as it was.`);
    expect(me.read(file)).toBe(large);
    expect(readdirSync(dirname(file))).toEqual(["mcp.json"]);
    const left = readdirSync(join(me.home.path, "backups"), { recursive: true, encoding: "utf8" });
    expect(left.filter((name) => name.endsWith(".json"))).toEqual([]);
  });

  test.runIf(process.platform === "linux")("on a terminal it asks first", async () => {
    const me = makePerson();
    const file = me.path(".cursor", "mcp.json");
    me.write(file, CURSOR);
    const command = (...args: string[]) =>
      [process.execPath, programFile(), ...args].map((part) => `'${part}'`).join(" ");
    const onTerminal = async (line: string, answer: string) => {
      const terminal = startChild("script", ["-qec", line, "/dev/null"], {
        env: environment({ home: me.home.path, env: me.env }),
        stdio: ["pipe", "pipe", "pipe"],
      });
      use({ close: () => terminal.stop() });
      let seen = "";
      terminal.process.stdout?.setEncoding("utf8").on("data", (text: string) => {
        seen += text;
      });
      if (answer !== "") {
        await waitFor("the question", () => (seen.includes("[y/N]") ? true : undefined));
        terminal.process.stdin?.write(answer);
      }
      return { code: await terminal.exited, seen };
    };
    const refused = await onTerminal(command("install", "cursor"), "n\n");
    expect(refused.seen).toContain("Nothing was written.");
    expect(refused.code).toBe(1);
    expect(me.read(file)).toBe(CURSOR);
    const agreed = await onTerminal(command("install", "cursor"), "y\n");
    expect(agreed.code).toBe(0);
    // Colour on a terminal alone.
    expect(agreed.seen).toContain("\u001b[32m");
    expect(me.read(file)).toContain("gatehouse");
    const asked = await onTerminal(command("uninstall", "cursor", "--yes"), "");
    expect(asked.seen).not.toContain("[y/N]");
    expect(me.read(file)).toBe(CURSOR);
  });
});
