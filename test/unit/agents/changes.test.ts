/** What connecting and disconnecting make of files that people and other programs change too. */
import { rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIGS } from "./configs.ts";
import { COMMAND, makePerson, refused, shown } from "./parts.ts";

const OWN = `{
  "mcpServers": {
    // the old way
    "linear": { "url": "https://mcp.linear.app/mcp", "headers": { "Authorization": "Bearer lin_api_0123456789abcdef" } }
  }
}
`;

describe("connect", () => {
  test("an entry of the agent's own stays, whatever it is called", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.write(path, OWN);
    const request = { client: "cursor", change: { kind: "connect", servers: ["linear"] } } as const;
    const preview = await me.agents.preview(request);
    expect(preview.note).toBe("Cursor’s own entry “linear” stays as it is.");
    await me.agents.apply(preview.preview);
    const { mcpServers } = JSON.parse((await me.read(path)).replace("// the old way", "")) as Record<string, object>;
    expect(mcpServers).toMatchObject({
      linear: { url: "https://mcp.linear.app/mcp" },
      "linear-gatehouse": { command: COMMAND[0], args: [COMMAND[1], "connect", "linear"] },
    });
    expect(await me.connect("cursor", ["linear"])).toBeNull();
    await me.disconnect("cursor");
    expect(await me.read(path)).toBe(OWN);
  });

  test("by name, then all, then fewer: exactly what was asked for", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.write(path, OWN);
    const names = async () => {
      const agents = await me.agents.list();
      const entries = agents.find(({ id }) => id === "cursor")?.files[0]?.entries ?? [];
      return entries.filter((entry) => entry.through_gatehouse).map(({ name }) => name);
    };
    await me.connect("cursor", ["a", "b@work"]);
    expect(await names()).toEqual(["a", "b-work"]);
    await me.connect("cursor", "all");
    expect(await names()).toEqual(["gatehouse"]);
    await me.connect("cursor", ["b", "c"]);
    expect(await names()).toEqual(["b", "c"]);
    await me.disconnect("cursor");
    expect(await me.read(path)).toBe(OWN);
  });

  test("a name without an account is content with the entry that has one", async () => {
    const me = await makePerson();
    await me.connect("cursor", ["github@work"]);
    expect(await me.connect("cursor", ["github"])).toBeNull();
    const cursor = (await me.agents.list()).find(({ id }) => id === "cursor");
    expect(cursor).toMatchObject({ connected: "some", files: [{ entries: [{ server: "github", account: "work" }] }] });
  });

  test("a program that has moved is brought up to date, and what a person added to the entry stays", async () => {
    const me = await makePerson();
    const path = me.path(".gemini", "settings.json");
    await me.write(
      path,
      `{ "mcpServers": { "mine": { "command": "/old/node", "args": ["/old/gatehouse.cjs", "connect", "x@work"], "trust": true, "env": { "A": "b", "GATEHOUSE_HOME": "/old" } } } }`,
    );
    await me.connect("gemini", ["x"]);
    expect(JSON.parse(await me.read(path))).toEqual({
      mcpServers: {
        mine: { command: COMMAND[0], args: [COMMAND[1], "connect", "x@work"], trust: true, env: { A: "b" } },
      },
    });
  });

  test("an entry that starts what is not there any more says so, until it is brought up to date", async () => {
    const me = await makePerson();
    const [node, script] = [process.execPath, me.path("gatehouse.cjs")];
    await me.write(script, "");
    const there = await me.again([node, script]);
    const missing = async () =>
      (await there.agents.list()).find(({ id }) => id === "cursor")?.files[0]?.entries.map((entry) => entry.missing);
    await me.connect("cursor");
    expect(await missing()).toEqual([COMMAND[0]]);
    await there.connect("cursor");
    expect(await missing()).toEqual([undefined]);
    await rename(script, `${script}.old`);
    expect(await missing()).toEqual([script]);
    await there.write(
      me.path(".cursor", "mcp.json"),
      `{ "mcpServers": { "a": { "command": "gatehouse", "args": ["connect"] } } }`,
    );
    expect(await missing()).toEqual([undefined]);
  });

  test.each([
    ["/tmp/.mount_GatehoA1b2C3/resources/shim/gatehouse", true],
    ["/private/var/folders/x/AppTranslocation/1-2/d/Gatehouse.app/Contents/Resources/shim/gatehouse", true],
    ["/opt/Gatehouse/resources/shim/gatehouse", false],
  ])("a program that will be elsewhere tomorrow: %s", async (program, warns) => {
    const me = await (await makePerson()).again([program]);
    const preview = await me.agents.preview({ client: "cursor", change: { kind: "connect", servers: "all" } });
    expect(preview.note?.includes("another one at its next start") ?? false).toBe(warns);
    await me.agents.apply(preview.preview);
    const { mcpServers } = JSON.parse(await me.read(me.path(".cursor", "mcp.json"))) as { mcpServers: object };
    expect(mcpServers).toEqual({ gatehouse: { command: program, args: ["connect"] } });
    const cursor = (await me.agents.list()).find(({ id }) => id === "cursor");
    expect(cursor?.connected).toBe("all");
  });

  test("the same in TOML and YAML, with what can be said there", async () => {
    const me = await makePerson();
    const toml = me.path(".codex", "config.toml");
    await me.write(toml, `[mcp_servers.mine]\ncommand = "gatehouse"\nargs = ["connect"]\nstartup_timeout_sec = 20\n`);
    await me.connect("codex");
    expect(await me.read(toml)).toBe(
      `[mcp_servers.mine]\ncommand = "${COMMAND[0]}"\nargs = ["${COMMAND[1]}", "connect"]\nstartup_timeout_sec = 20\n`,
    );
    const yaml = me.path(".config", "goose", "config.yaml");
    const nested = `extensions:\n  mine:\n    cmd: gatehouse\n    args: [connect]\n    deep: { list: [{ a: 1 }] }\n`;
    await me.write(yaml, nested);
    expect(await refused(me.connect("goose"))).toMatchObject({ code: "config_invalid", details: { line: 2 } });
    expect(await me.read(yaml)).toBe(nested);
  });

  test("names fit what the agent takes", async () => {
    const me = await makePerson();
    await me.connect("codex", ["Meine Übung", "日本"]);
    expect(await me.read(me.path(".codex", "config.toml"))).toMatch(
      /\[mcp_servers\.Meine-Ubung\][\s\S]*\[mcp_servers\.server\]/,
    );
    await me.connect("gemini", ["a_b"]);
    expect(await me.read(me.path(".gemini", "settings.json"))).toContain('"a-b": {');
  });

  test("lazily, and not lazily again, is one entry", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.change({ client: "cursor", change: { kind: "connect", servers: "all", lazy: true } });
    expect(await me.read(path)).toContain('"--lazy"');
    await me.connect("cursor");
    expect(await me.read(path)).not.toContain("--lazy");
    const lazily = { client: "cursor", change: { kind: "connect", servers: ["a"], lazy: true } } as const;
    expect(await refused(me.agents.preview(lazily))).toMatchObject({ code: "invalid_request" });
  });

  test("a project's file, and the agent that has none", async () => {
    const me = await makePerson();
    const project = me.path("work");
    await me.write(join(project, "readme"), "");
    const change = { kind: "connect", servers: "all" } as const;
    await me.change({ client: "claude-code", change, scope: "project", project });
    expect(JSON.parse(await me.read(join(project, ".mcp.json")))).toMatchObject({ mcpServers: { gatehouse: {} } });
    const inProject = { change, scope: "project" } as const;
    expect(await refused(me.change({ ...inProject, client: "windsurf", project }))).toMatchObject({
      code: "unsupported",
    });
    for (const wrong of [undefined, "work", join(project, "readme"), "/nowhere"]) {
      expect(await refused(me.change({ ...inProject, client: "cursor", project: wrong }))).toMatchObject({
        code: "invalid_request",
      });
    }
  });

  test("each editor that has the extension has its own file", async () => {
    const me = await makePerson();
    const file = (editor: string) =>
      me.path(
        ".config",
        editor,
        "User",
        "globalStorage",
        "saoudrizwan.claude-dev",
        "settings",
        "cline_mcp_settings.json",
      );
    await me.write(file("Code"), "{}");
    await me.write(file("Cursor"), "{}");
    const cline = (await me.agents.list()).find(({ id }) => id === "cline");
    expect(cline?.files.map(({ path }) => path)).toEqual([file("Code"), file("Cursor")]);
    const change = { kind: "connect", servers: "all" } as const;
    await me.change({ client: "cline", change, path: file("Cursor") });
    expect(await me.read(file("Code"))).toBe("{}");
    expect(await me.read(file("Cursor"))).toContain("gatehouse");
    expect(await refused(me.change({ client: "cline", change, path: me.path(".bashrc") }))).toMatchObject({
      code: "invalid_request",
    });
  });

  test("a file that would hide another one of the agent's is not made", async () => {
    const me = await makePerson();
    await me.write(me.path(".continue", "config.json"), `{ "models": [] }`);
    expect(await refused(me.connect("continue"))).toMatchObject({ code: "unsupported" });
    const found = (await me.agents.list()).find(({ id }) => id === "continue");
    expect(found?.files[0]).toMatchObject({ exists: false, error: { code: "unsupported" } });
    await me.write(me.path(".continue", "config.yaml"), "name: Mine\n");
    await me.connect("continue");
    expect(await me.read(me.path(".continue", "config.yaml"))).toMatch(/^name: Mine\nmcpServers:\n/);
  });

  test("what has no file that others should write says where to go", async () => {
    const me = await makePerson();
    expect(await refused(me.connect("jetbrains"))).toMatchObject({
      code: "unsupported",
      suggestion: expect.stringContaining("Settings | Tools"),
    });
    expect(await refused(me.connect("nobody"))).toMatchObject({ code: "invalid_request" });
  });
});

describe("disconnect", () => {
  test("what somebody else changed meanwhile stays, and ours goes without a trace", async () => {
    const me = await makePerson();
    const path = me.path(".config", "zed", "settings.json");
    const before = `{\n  "vim_mode": true\n}\n`;
    await me.write(path, before);
    await me.connect("zed");
    await me.write(path, (await me.read(path)).replace("true", "false /* for now */"));
    await me.disconnect("zed");
    expect(await me.read(path)).toBe(`{\n  "vim_mode": false /* for now */\n}\n`);
  });

  test("a file of ours in which somebody else has put something stays", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.connect("cursor");
    await me.write(path, (await me.read(path)).replace(/\}\n$/, `, "other": 1 }\n`));
    await me.connect("cursor", ["a"]);
    await me.disconnect("cursor");
    expect(JSON.parse(await me.read(path))).toEqual({ other: 1 });
  });

  test("entries that a person wrote by hand go too, and nothing that held them", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.write(
      path,
      `{ "mcpServers": { "a": { "command": "gatehouse", "args": ["connect", "a"] }, "b": { "command": "node", "args": ["b.js"] }, "c": { "command": "C:\\\\Program Files\\\\Gatehouse\\\\gatehouse.exe", "args": ["connect"] } } }`,
    );
    await me.disconnect("cursor");
    expect(await me.read(path)).toBe(`{ "mcpServers": { "b": { "command": "node", "args": ["b.js"] } } }`);
  });

  test("an address that stands nowhere else is not thrown away", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    const text = `{ "mcpServers": { "x": { "command": "gatehouse", "args": ["connect", "https://x.example/mcp"] } } }\n`;
    await me.write(path, text);
    const cursor = (await me.agents.list()).find(({ id }) => id === "cursor");
    expect(cursor).toMatchObject({
      connected: "none",
      files: [{ entries: [{ through_gatehouse: true, server: null, target: "x.example" }] }],
    });
    expect(await me.disconnect("cursor")).toBeNull();
    await me.connect("cursor");
    const preview = await me.agents.preview({ client: "cursor", change: { kind: "disconnect" } });
    expect(preview.note).toContain("“x” stays");
    await me.agents.apply(preview.preview);
    expect(await me.read(path)).toBe(text);
  });

  test("after Gatehouse was started again, and when it has forgotten what it made", async () => {
    const me = await makePerson();
    const path = me.path(".claude.json");
    await me.connect("claude-code");
    const later = await me.again();
    await later.disconnect("claude-code");
    await expect(stat(path)).rejects.toThrow("ENOENT");
    await later.connect("claude-code");
    await me.write(join(dirname(me.home), "agents.json"), "{ half");
    const forgetful = await me.again();
    expect(forgetful.logged).toContain("agents.record_unreadable");
    expect(await me.read(join(dirname(me.home), "agents.json.unreadable"))).toBe("{ half");
    await forgetful.disconnect("claude-code");
    expect(JSON.parse(await me.read(path))).toEqual({ mcpServers: {} });
  });
});

describe("undo", () => {
  test("not over a change of somebody else's, and not twice", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.write(path, OWN);
    const undo = (await me.connect("cursor")) ?? "";
    const installed = await me.read(path);
    await me.write(path, `${installed}\n`);
    expect(await refused(me.agents.undo(undo))).toMatchObject({ code: "conflict" });
    expect(await me.read(path)).toBe(`${installed}\n`);
    await me.write(path, installed);
    await me.agents.undo(undo);
    expect(await me.read(path)).toBe(OWN);
    expect(await refused(me.agents.undo(undo))).toMatchObject({ code: "invalid_request" });
  });

  test("of a file that was made, and of one that was taken away", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.agents.undo((await me.connect("cursor")) ?? "");
    await expect(stat(dirname(path))).rejects.toThrow("ENOENT");
    await me.connect("cursor");
    const installed = await me.read(path);
    await me.agents.undo((await me.disconnect("cursor")) ?? "");
    expect(await me.read(path)).toBe(installed);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await me.disconnect("cursor");
    await expect(stat(dirname(path))).rejects.toThrow("ENOENT");
  });

  test("without its copy it says so", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.write(path, OWN);
    const undo = (await me.connect("cursor")) ?? "";
    const installed = await me.read(path);
    const [copy = ""] = await me.backups();
    await rename(copy, `${copy}.gone`);
    expect(await refused(me.agents.undo(undo))).toMatchObject({ code: "invalid_request" });
    expect(await me.read(path)).toBe(installed);
  });
});

describe("backups", () => {
  test("are for this user alone, few, and the first one stays", async () => {
    const me = await makePerson();
    const path = me.path(".cursor", "mcp.json");
    await me.write(path, OWN);
    for (let n = 0; n < 15; n++) await me.connect("cursor", [`server${n}`]);
    const copies = await me.backups();
    expect(copies).toHaveLength(11);
    const contents = await Promise.all(copies.map((copy) => me.read(copy)));
    expect(contents.filter((content) => content === OWN)).toHaveLength(1);
    for (const copy of copies) expect((await stat(copy)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(copies[0] ?? ""))).mode & 0o777).toBe(0o700);
    await me.disconnect("cursor");
    expect(await me.read(path)).toBe(OWN);
  });
});

describe("what is shown", () => {
  test("three lines around the change, no secret", async () => {
    const me = await makePerson();
    await me.write(me.path(".cursor", "mcp.json"), OWN);
    const preview = await me.agents.preview({ client: "cursor", change: { kind: "connect", servers: ["x"] } });
    expect(shown(preview)).toBe(
      [
        " {",
        `   "mcpServers": {`,
        "     // the old way",
        `-    "linear": { "url": "https://mcp.linear.app/mcp", "headers": { "Authorization": "Bearer ••••" } }`,
        `+    "linear": { "url": "https://mcp.linear.app/mcp", "headers": { "Authorization": "Bearer ••••" } },`,
        `+    "x": {`,
        `+      "command": "${COMMAND[0]}",`,
        `+      "args": [`,
        `+        "${COMMAND[1]}",`,
        `+        "connect",`,
        `+        "x"`,
        "+      ]",
        "+    }",
        "   }",
        " }",
      ].join("\n"),
    );
  });

  const secretive = CONFIGS.flatMap(({ secret = "", ...config }) => (secret === "" ? [] : [{ ...config, secret }]));

  test.each(secretive)(
    "$client: the secret is found, told of, and not shown",
    async ({ client, file, text, secret }) => {
      const me = await makePerson();
      const found = (await me.agents.list()).find(({ id }) => id === client);
      const path = found?.files.find((each) => each.path.endsWith(file))?.path ?? "";
      await me.write(path, text);
      const preview = await me.agents.preview({ client, change: { kind: "connect", servers: "all" } });
      expect(shown(preview)).not.toContain(secret);
      const entries = (await me.agents.list()).find(({ id }) => id === client)?.files.flatMap((each) => each.entries);
      // Continue's stands beside its servers.
      expect(entries?.some((entry) => entry.has_secret)).toBe(client !== "continue");
      const all = await me.agents.preview({ client, change: { kind: "disconnect" } });
      expect(shown(all)).toBe("");
    },
  );

  test("a file on one line is shown around the change", async () => {
    const me = await makePerson();
    const filler = "x".repeat(5_000);
    const secret = "sk-0123456789abcdefghij";
    await me.write(
      me.path(".cursor", "mcp.json"),
      `{"a":"${filler}","k":"${secret}","mcpServers":{"b":{"command":"c"}}}`,
    );
    const preview = await me.agents.preview({ client: "cursor", change: { kind: "connect", servers: "all" } });
    expect(preview.diff.map(({ kind }) => kind)).toEqual(["removed", "added"]);
    for (const { text } of preview.diff) expect(text.length).toBeLessThan(410);
    expect(preview.diff[1]?.text).toContain("gatehouse.cjs");
    expect(shown(preview)).not.toContain(secret);
  });

  test("entries that refer to a secret hold none", async () => {
    const me = await makePerson();
    const harmless = [
      { url: "https://a.example/mcp?team=1", headers: { Authorization: "Bearer ${TOKEN}", "X-Org": "acme" } },
      {
        command: "npx",
        args: ["--token", "$TOKEN", "--header", "Authorization: Bearer ${env:T}"],
        env: { KEY: "{env:K}" },
      },
      { url: "https://a.example", bearer_token_env_var: "GITHUB_TOKEN", headersHelper: "/opt/get-token.sh" },
      { command: "npx", args: ["-y", "token-server"], env: { NODE_ENV: "production", TOKEN_PATH: "/run/token" } },
    ];
    const telling = [
      { url: "https://a.example/mcp?api_key=0123456789" },
      { url: "https://me:pass-word@a.example/mcp" },
      { command: "npx", args: ["mcp-remote", "https://a.example", "--header", "Authorization: Bearer abcdefgh"] },
      { command: "npx", args: ["--api-key=0123456789"] },
      { command: "npx", args: ["--api-key", "0123456789"] },
      { command: "docker", args: ["run", "-e", "GITHUB_TOKEN=abcdef"] },
      { command: "x", env: { DB_PASSWORD: "p" } },
      { url: "https://a.example", http_headers: { "X-Session": "0123" } },
      { url: "https://a.example", oauth: { client_secret: "abc" } },
    ];
    const servers = Object.fromEntries([...harmless, ...telling].map((entry, n) => [`s${n}`, entry]));
    await me.write(me.path(".cursor", "mcp.json"), JSON.stringify({ mcpServers: servers }));
    const cursor = (await me.agents.list()).find(({ id }) => id === "cursor");
    expect(cursor?.files[0]?.entries.map(({ has_secret: secret }) => secret)).toEqual([
      ...harmless.map(() => false),
      ...telling.map(() => true),
    ]);
  });
});
