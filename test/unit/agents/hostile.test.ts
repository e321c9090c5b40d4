/** Files that are broken, guarded, elsewhere, huge, or changed at the wrong moment: a clear error, and nothing lost. */
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { makePerson, type Person, refused, shown } from "./parts.ts";

const FILES = {
  cursor: [".cursor", "mcp.json"],
  codex: [".codex", "config.toml"],
  goose: [".config", "goose", "config.yaml"],
} as const;

async function withFile(client: keyof typeof FILES, content: string | Buffer): Promise<Person & { file: string }> {
  const me = await makePerson();
  const file = me.path(...FILES[client]);
  await me.write(file, content);
  return { ...me, file };
}

describe("a file that cannot be understood is never written", () => {
  test.each([
    ["cursor", '{ "mcpServers": { "a": } }', 1],
    ["cursor", "{\n  “mcpServers”: {}\n}", 2],
    ["cursor", '{\n  "mcpServers": {},\n  "mcpServers": {}\n}', 3],
    ["cursor", '{ "mcpServers": [] }', 1],
    ["cursor", '{\n "mcpServers": { "gatehouse": { "command": "a" \n', 3],
    ["cursor", "[]", null],
    ["cursor", "plain text", 1],
    ["cursor", Buffer.from('{ "mcpServers": {} }', "utf16le"), null],
    ["cursor", Buffer.from([0xff, 0xfe, 0x00, 0x80]), null],
    ["cursor", `{"a":${"[".repeat(100_000)}`, null],
    ["codex", 'model = "x"\n[mcp_servers.a\ncommand = 1', 2],
    ["codex", 'mcp_servers = "none"', null],
    ["codex", 'mcp_servers = { a = { command = "x" } }', null],
    ["codex", '[mcp_servers]\ngatehouse = { command = "gatehouse", args = ["connect", "x"] }', null],
    ["goose", "extensions:\n  a: 'open\n", null],
    ["goose", "extensions:\n  a: 1\n b: 2\n", null],
    ["goose", "extensions: { a: { cmd: b } }\n", 1],
    ["goose", "a: 1\n---\nb: 2\n", null],
    ["goose", "extensions: some\n", 1],
    ["goose", "- a\n- b\n", null],
  ] as const)("%s, text %#", async (client, content, line) => {
    const { agents, file, backups } = await withFile(client, content);
    const error = await refused(agents.preview({ client, change: { kind: "connect", servers: "all" } }));
    expect(error).toMatchObject({ code: "config_invalid", message: expect.stringContaining(file) });
    if (line !== null) expect(error.details).toMatchObject({ line });
    expect(error.message.length).toBeLessThan(400);
    expect((await readFile(file)).equals(Buffer.from(content))).toBe(true);
    expect(await backups()).toEqual([]);
    // The others are told of all the same.
    const listed = await agents.list();
    expect(listed.length).toBeGreaterThan(15);
  });

  test("the list says what is wrong, and where", async () => {
    const { agents, file } = await withFile("cursor", '{\n  "mcpServers": {\n');
    const found = (await agents.list()).find(({ id }) => id === "cursor");
    expect(found).toMatchObject({ connected: "none", files: [{ exists: true, entries: [] }] });
    expect(found?.files[0]?.error).toMatchObject({ code: "config_invalid", details: { path: file, line: 3 } });
  });

  test("what is no file, or too large to be one", async () => {
    const { agents, file, connect } = await withFile("cursor", "{}");
    await truncate(file, 33 * 1024 * 1024);
    expect(await refused(connect("cursor"))).toMatchObject({ message: expect.stringContaining("larger than 32 MiB") });
    await rm(file);
    await mkdir(file);
    expect(await refused(connect("cursor"))).toMatchObject({ message: expect.stringContaining("not a file") });
    await rm(dirname(file), { recursive: true });
    await writeFile(dirname(file), "a file where a folder should be");
    expect(await refused(connect("cursor"))).toMatchObject({ message: expect.stringContaining("ENOTDIR") });
    expect((await agents.list()).find(({ id }) => id === "cursor")?.files[0]?.error?.code).toBe("config_invalid");
  });
});

describe("names that mean something elsewhere", () => {
  const names = ["__proto__", "constructor", "toString", "🚀 launch", "a.b", 'quo"te', "", "gatehouse "];

  test.each([
    [
      "cursor",
      `{ "mcpServers": { ${names.map((name) => `${JSON.stringify(name)}: { "command": "x" }`).join(", ")} } }`,
    ],
    ["codex", names.map((name) => `[mcp_servers.${JSON.stringify(name)}]\ncommand = "x"\n`).join("\n")],
    ["goose", `extensions:\n${names.map((name) => `  ${JSON.stringify(name)}:\n    cmd: x\n`).join("")}`],
  ] as const)("%s keeps them all", async (client, text) => {
    const { agents, file, read, connect, disconnect } = await withFile(client, text);
    await connect(client, ["linear", "x"]);
    const entries = (await agents.list()).find(({ id }) => id === client)?.files[0]?.entries ?? [];
    expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, "linear", "x"]));
    expect(entries).toHaveLength(names.length + 2);
    await disconnect(client);
    expect(await read(file)).toBe(text);
    expect(({} as Record<string, unknown>).command).toBeUndefined();
  });
});

describe("a thousand servers", () => {
  const many = Array.from({ length: 1_000 }, (_, n) => `server-${n}`);

  test.each([
    [
      "cursor",
      `{\n  "mcpServers": {\n${many.map((name) => `    "${name}": { "command": "x" }`).join(",\n")}\n  }\n}\n`,
    ],
    ["codex", many.map((name) => `[mcp_servers.${name}]\ncommand = "x"\n`).join("\n")],
    ["goose", `extensions:\n${many.map((name) => `  ${name}:\n    cmd: x\n`).join("")}`],
  ] as const)("%s: one more, and away again", async (client, text) => {
    const { agents, file, read, connect, disconnect } = await withFile(client, text);
    const preview = await agents.preview({ client, change: { kind: "connect", servers: "all" } });
    expect(preview.diff.length).toBeLessThan(30);
    await connect(client);
    await disconnect(client);
    expect(await read(file)).toBe(text);
  });
});

describe("between the look and the change", () => {
  const other = '{ "mcpServers": { "other": { "command": "x" } } }';

  test.each([
    ["written to", (file: string, me: Person) => me.write(file, other)],
    [
      "replaced by another file",
      async (file: string, me: Person) => {
        await me.write(`${file}.new`, other);
        await rename(`${file}.new`, file);
      },
    ],
  ])("%s", async (_what, change) => {
    const me = await withFile("cursor", "{}");
    const { preview } = await me.agents.preview({ client: "cursor", change: { kind: "connect", servers: "all" } });
    await change(me.file, me);
    expect(await refused(me.agents.apply(preview))).toMatchObject({ code: "conflict" });
    expect(await me.read(me.file)).toBe(other);
    expect(await me.backups()).toEqual([]);
    expect(await readdir(dirname(me.file))).toEqual(["mcp.json"]);
    // A preview is good for one try.
    expect(await refused(me.agents.apply(preview))).toMatchObject({ code: "invalid_request" });
  });

  test("deleted, or made", async () => {
    const me = await withFile("cursor", "{}");
    const request = { client: "cursor", change: { kind: "connect", servers: "all" } } as const;
    const gone = await me.agents.preview(request);
    await rm(me.file);
    expect(await refused(me.agents.apply(gone.preview))).toMatchObject({ code: "conflict" });
    await expect(stat(me.file)).rejects.toThrow("ENOENT");
    const fresh = await me.agents.preview(request);
    await me.write(me.file, other);
    expect(await refused(me.agents.apply(fresh.preview))).toMatchObject({ code: "conflict" });
    expect(await me.read(me.file)).toBe(other);
  });

  test("the last look counts, and two at once are one after the other", async () => {
    const me = await withFile("cursor", "{}");
    const request = { client: "cursor", change: { kind: "connect", servers: "all" } } as const;
    const [first, second] = [await me.agents.preview(request), await me.agents.preview(request)];
    const outcomes = await Promise.allSettled([me.agents.apply(first.preview), me.agents.apply(second.preview)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});

describe("links and permissions", () => {
  test("a link stays a link, also one of several and one that leads nowhere yet", async () => {
    const me = await makePerson();
    const [file, real] = [me.path(".cursor", "mcp.json"), me.path("dotfiles", "real.json")];
    const text = '{\n    "mcpServers": {}\n}\n';
    await me.write(real, text);
    await me.write(me.path(".cursor", "x"), "");
    await chmod(real, 0o664);
    await symlink("../dotfiles/real.json", me.path("dotfiles.json"));
    await symlink(join("..", "dotfiles", "real.json"), file);
    const preview = await me.agents.preview({ client: "cursor", change: { kind: "connect", servers: "all" } });
    expect(preview.note).toBe(`It is a link: what changes is ${await realpath(real)}.`);
    await me.agents.apply(preview.preview);
    expect(await readlink(file)).toBe(join("..", "dotfiles", "real.json"));
    expect((await stat(real)).mode & 0o777).toBe(0o664);
    expect(await me.read(real)).toContain("gatehouse.cjs");
    await me.disconnect("cursor");
    expect(await me.read(real)).toBe(text);

    await rm(real);
    await me.connect("cursor");
    expect((await lstat(real)).isFile()).toBe(true);
    await me.disconnect("cursor");
    await expect(lstat(real)).rejects.toThrow("ENOENT");
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
  });

  test("a file that its owner has closed stays as it is", async () => {
    const me = await withFile("cursor", "{}\n");
    await chmod(me.file, 0o444);
    const error = await refused(me.connect("cursor"));
    expect(error).toMatchObject({ code: "config_invalid", message: expect.stringContaining("read-only") });
    expect(await me.read(me.file)).toBe("{}\n");
    expect(await me.backups()).toEqual([]);
    await chmod(me.file, 0o644);
    await me.connect("cursor");
  });

  test("where no copy can be kept nothing is changed", async () => {
    const me = await withFile("cursor", "{}\n");
    await me.write(join(dirname(me.home), "backups"), "a file in the way");
    expect(await refused(me.connect("cursor"))).toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(`${me.file} could not be written`),
    });
    expect(await me.read(me.file)).toBe("{}\n");
  });

  test("a second name of the file is not in the way", async () => {
    const me = await withFile("cursor", "{}\n");
    await link(me.file, `${me.file}.too`);
    await me.connect("cursor");
    await me.disconnect("cursor");
    expect(await me.read(me.file)).toBe("{}\n");
  });
});

test("nothing of a text that is shown can take a terminal or a window over", async () => {
  const me = await withFile("cursor", '{\n  "mcpServers": { "\\u001b[2Jx": { "command": "\\u202ey" } }\n}\n');
  const cursor = (await me.agents.list()).find(({ id }) => id === "cursor");
  expect(cursor?.files[0]?.entries[0]?.target).toBe("y");
  const raw = await withFile("cursor", '{\n  // \u001b[2J\u202e\n  "mcpServers": {}\n}\n');
  const preview = await raw.agents.preview({ client: "cursor", change: { kind: "connect", servers: "all" } });
  expect(shown(preview)).toContain("// \\u{1B}[2J\\u{202E}");
  for (const character of ["\u001b", "\u202e"]) expect(shown(preview)).not.toContain(character);
});
