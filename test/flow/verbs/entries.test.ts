/** Entries as a form and as text, over a real hub: what is shown, what is written, what is refused. */
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { runHub } from "./parts.ts";

const SECRET = "ghp_abcdefghijklmnopqrstuvwxyz123456";
const ref = (name: string) => `\${${name}}`;
const TEXT = `{
  // all of mine
  "mcpServers": {
    "acme": {
      "url": "https://acme.example/mcp", // the place
      "headers": { "Authorization": "Bearer ${SECRET}" },
      "x-mine": { "keep": ["this"] },
      "auth": { "scope": "read", "scopes": "misspelt" }
    },
    "files": { "command": "npx", "args": ["-y", "files"], "env": { "TOKEN": "${ref("keychain:files")}" } }
  }
}
`;

describe("what is shown", () => {
  test("an entry without its secrets, with its comments and members that nobody knows", async () => {
    const hub = await runHub(TEXT);
    const view = await hub.call("getEntry", { name: "acme" });
    expect(JSON.stringify(view)).not.toContain(SECRET);
    expect(view).toEqual({
      name: "acme",
      entry: {
        url: "https://acme.example/mcp",
        headers: { Authorization: `Bearer ${ref("hidden:headers.Authorization")}` },
        "x-mine": { keep: ["this"] },
        auth: { scope: "read", scopes: "misspelt" },
      },
      text: expect.stringContaining('"https://acme.example/mcp", // the place'),
      hidden: ["headers.Authorization"],
      issues: [],
    });
    expect(await hub.call("getEntry", { name: "files" })).toMatchObject({
      entry: { env: { TOKEN: ref("keychain:files") } },
      hidden: [],
      issues: [
        { member: "env.TOKEN", blocks: false, line: 1, message: expect.stringContaining("gatehouse secret set") },
      ],
    });
    await expect(hub.call("getEntry", { name: "nobody" })).rejects.toMatchObject({ code: "unknown_server" });
  });

  test("every issue of an entry, with its place in the text", async () => {
    const hub = await runHub(
      '{"mcpServers": {\n  "bad": {\n    "url": "http://remote.example/#x",\n    "headers": { "Host": "x", "A B": "y" },\n    "timeout": -1\n  }\n}}',
    );
    const { issues } = await hub.call("getEntry", { name: "bad" });
    expect(issues.map(({ member, line, column, blocks }) => ({ member, line, column, blocks }))).toEqual([
      { member: "timeout", line: 4, column: 14, blocks: true },
      { member: "url", line: 2, column: 10, blocks: true },
      { member: "url", line: 2, column: 10, blocks: true },
      { member: "headers.Host", line: 3, column: 24, blocks: true },
      { member: "headers.A B", line: 3, column: 36, blocks: true },
    ]);
  });

  test("a file that is broken is said, and left alone", async () => {
    const hub = await runHub("{ oops");
    for (const call of [
      hub.call("getEntry", { name: "acme" }),
      hub.call("checkEntry", { name: "acme", entry: { url: "https://x.example" } }),
      hub.call("setEntry", { name: "acme", entry: { url: "https://x.example" } }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "config_invalid", data: { details: { line: 1 } } });
    }
    expect(hub.home.readServers()).toBe("{ oops");
  });
});

describe("a form", () => {
  test("that was not touched changes no byte, one that was changes what it says", async () => {
    const hub = await runHub(TEXT);
    const { entry } = await hub.call("getEntry", { name: "acme" });
    await hub.call("setEntry", { name: "acme", entry });
    expect(hub.home.readServers()).toBe(TEXT);

    const { undo } = await hub.call("setEntry", {
      name: "acme",
      entry: { ...entry, url: "https://acme.example/v2", auth: { scope: "read write" } },
    });
    expect(hub.home.readServers()).toBe(TEXT.replace("/mcp", "/v2").replace('"read"', '"read write"'));
    expect(hub.server("acme").url).toBe("https://acme.example/v2");
    await hub.call("undo", { undo });
    expect(hub.home.readServers()).toBe(TEXT);
  });

  test("moves a hidden secret to where its placeholder stands", async () => {
    const hub = await runHub(TEXT);
    await hub.call("setEntry", {
      name: "acme",
      entry: { url: "https://acme.example/mcp", headers: { "X-Token": ref("hidden:headers.Authorization") } },
    });
    const text = hub.home.readServers();
    expect(text).toContain(`"X-Token": "${SECRET}"`);
    expect(text).toContain('"x-mine": { "keep": ["this"] }');
    expect(text).not.toContain("hidden:");
    const lost = hub.call("setEntry", { name: "acme", entry: { url: ref("hidden:nothing") } });
    await expect(lost).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("hidden value"),
    });
    expect(hub.home.readServers()).toBe(text);
  });

  test("creates and renames; a name that is taken or cannot be is an issue", async () => {
    const hub = await runHub(TEXT);
    const entry = { command: "uvx", args: ["server"] };
    await hub.call("setEntry", { name: "new one", entry, create: true });
    expect(hub.server("new one").command).toBe("uvx server");
    await hub.call("setEntry", { name: "new one", new_name: "newer", entry: { ...entry, cwd: "/tmp" } });
    expect(JSON.parse(hub.home.readServers().replace(/ \/\/ .*/g, "")).mcpServers.newer).toEqual({
      ...entry,
      cwd: "/tmp",
    });
    const before = hub.home.readServers();
    for (const draft of [
      { name: "acme", entry, create: true },
      { name: "newer", new_name: "acme", entry },
      { name: "no/name", entry, create: true },
    ]) {
      const { issues } = await hub.call("checkEntry", draft);
      expect(issues).toEqual([expect.objectContaining({ member: "name", blocks: true })]);
      await expect(hub.call("setEntry", draft)).rejects.toMatchObject({ code: "config_invalid" });
    }
    await expect(hub.call("setEntry", { name: "nobody", new_name: "somebody", entry })).rejects.toMatchObject({
      code: "unknown_server",
    });
    expect(hub.home.readServers()).toBe(before);
  });

  test("is checked while it is filled in, and nothing is written", async () => {
    const hub = await runHub(TEXT);
    const check = async (entry: Record<string, unknown>) => {
      const { issues } = await hub.call("checkEntry", { name: "x", entry });
      return issues.map(({ member, blocks }) => `${member}${blocks ? "" : " waits"}`);
    };
    expect(await check({ url: "https://x.example" })).toEqual([]);
    expect(await check({})).toEqual([""]);
    expect(await check({ url: "x.example" })).toEqual(["url"]);
    expect(
      await check({ url: "https://x.example", auth: { redirect_uri: "x", grant: "none?", refresh_skew: -1 } }),
    ).toEqual(["auth.grant", "auth.redirect_uri", "auth.refresh_skew"]);
    expect(await check({ command: "npx", args: [1], env: { A: 2 }, auth: {} })).toEqual(["auth", "args.0", "env.A"]);
    expect(await check({ url: ref("GATEHOUSE_TEST_UNSET"), timeout: "x" })).toEqual(["url waits", "timeout"]);
    expect(await check({ url: "https://x.example", headers: { A: ref("keychain:a"), B: "${!}" } })).toEqual([
      "headers.A waits",
      "headers.B",
    ]);
    expect(hub.home.readServers()).toBe(TEXT);
  });

  test("may leave what was wrong before, and put one thing right after another", async () => {
    const hub = await runHub('{"mcpServers": {"bad": {"url": 7, "timeout": "x", "enabled": true}}}');
    await hub.call("setEntry", { name: "bad", entry: { url: 7, timeout: 30, enabled: true } });
    expect(hub.server("bad").error?.message).toContain("url");
    const worse = hub.call("setEntry", { name: "bad", entry: { url: 7, timeout: 30, enabled: "yes" } });
    await expect(worse).rejects.toMatchObject({ data: { details: { issues: [{ member: "enabled" }] } } });
    await hub.call("setEntry", { name: "bad", entry: { url: "https://good.example/mcp", timeout: 30 } });
    expect(hub.server("bad").error).toBeNull();
  });

  test("refuses what no file can hold", async () => {
    const hub = await runHub(TEXT);
    const endless: Record<string, unknown> = { url: "https://x.example" };
    endless.headers = endless;
    await expect(hub.call("setEntry", { name: "x", entry: endless })).rejects.toMatchObject({
      code: "invalid_request",
    });
    const both = { name: "x", entry: { url: "https://x.example" }, text: "{}" };
    await expect(hub.call("setEntry", both)).rejects.toMatchObject({ code: "invalid_request" });
    expect(hub.home.readServers()).toBe(TEXT);
  });
});

describe("a text", () => {
  test("that was not touched changes no byte, one that was stands in the file as it is", async () => {
    const hub = await runHub(TEXT.replaceAll("\n", "\r\n"));
    const { text } = await hub.call("getEntry", { name: "acme" });
    await hub.call("setEntry", { name: "acme", text });
    expect(hub.home.readServers()).toBe(TEXT.replaceAll("\n", "\r\n"));
    await hub.call("setEntry", { name: "acme", text: text.replace("// the place", "/* the\n   place */") });
    expect(hub.home.readServers()).toBe(
      TEXT.replace("// the place", "/* the\n       place */").replaceAll("\n", "\r\n"),
    );
  });

  test.each([
    ['{ "url": "https://x.example" ', 1, 30, "closing brace"],
    ['{\n  “url”: "https://x.example"\n}', 2, 3, "straight"],
    ["", 1, 1, "object"],
    ["[]", 1, 1, "object"],
    ['{ "url": "https://x.example" }, "other": {}', 1, 31, "end here"],
    ['{ "url": "https://x.example" } // mine', 1, 1, "between the braces"],
    ['{ "url": "https://x.example", "url": "https://y.example" }', 1, 1, "more than once"],
  ])("that cannot be an entry is told with its place: %s", async (text, line, column, words) => {
    const hub = await runHub(TEXT);
    const { issues } = await hub.call("checkEntry", { name: "acme", text });
    expect(issues[0]).toMatchObject({ blocks: true, line, message: expect.stringContaining(words) });
    if (words !== "more than once") expect(issues[0]?.column).toBe(column);
    await expect(hub.call("setEntry", { name: "acme", text })).rejects.toMatchObject({ code: "config_invalid" });
    expect(hub.home.readServers()).toBe(TEXT);
  });

  test("with a byte order mark and trailing commas is one", async () => {
    const hub = await runHub(TEXT);
    await hub.call("setEntry", {
      name: "new",
      text: '\ufeff{\r\n  "url": "https://x.example/mcp", // mine\r\n}\r\n',
      create: true,
    });
    expect(hub.home.readServers()).toContain('"new": {\n      "url": "https://x.example/mcp", // mine\n    }');
  });
});

describe("secrets that come with an entry", () => {
  const value = "correct horse battery staple";

  test("go into the vault, and the entry works at once", async () => {
    const hub = await runHub("{}");
    const entry = { url: "https://x.example", headers: { Authorization: `Bearer ${ref("keychain:x-token")}` } };
    expect((await hub.call("checkEntry", { name: "x", entry, secrets: ["x-token"] })).issues).toEqual([]);
    const { undo } = await hub.call("setEntry", { name: "x", entry, secrets: { "x-token": value } });
    expect(hub.server("x").error).toBeNull();
    expect(hub.home.readServers()).not.toContain(value);
    expect(await hub.call("listSecrets", {})).toEqual({ secrets: [{ name: "x-token", is_set: true, used_by: ["x"] }] });
    await hub.call("undo", { undo });
    expect(await hub.call("listSecrets", {})).toEqual({ secrets: [] });
  });

  test("are not left behind by an entry that is refused", async () => {
    const hub = await runHub("{}");
    const entry = { url: "no url", headers: { "X-Key": ref("keychain:k") } };
    await expect(hub.call("setEntry", { name: "x", entry, secrets: { k: value } })).rejects.toMatchObject({
      code: "config_invalid",
    });
    expect(await hub.call("listSecrets", {})).toEqual({ secrets: [] });
  });

  test("do not replace the secret of another entry", async () => {
    const hub = await runHub("{}");
    const entry = { url: "https://x.example", headers: { "X-Key": ref("keychain:k") } };
    await hub.call("setEntry", { name: "x", entry, secrets: { k: value } });
    await expect(hub.call("setEntry", { name: "y", entry, secrets: { k: "another" } })).rejects.toMatchObject({
      code: "conflict",
      data: { server: "x" },
    });
    await hub.call("setEntry", { name: "y", entry, secrets: { k: value } });
    expect(await hub.call("listSecrets", {})).toEqual({ secrets: [{ name: "k", is_set: true, used_by: ["x", "y"] }] });
    await expect(hub.call("setEntry", { name: "z", entry, secrets: { "no name": "x" } })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });
});

test("an edit that moves a server elsewhere says how many sign-ins it ended; another name takes them along", async () => {
  const as = use(await startAuthorizationServer());
  const [acme, elsewhere] = [
    use(await startProtectedServer({ issuer: as })),
    use(await startProtectedServer({ issuer: as })),
  ];
  const hub = await runHub({ acme: { url: acme.url } });
  await hub.call("signIn", { server: "acme" });
  const renamed = await hub.call("setEntry", { name: "acme", new_name: "ours", entry: { url: acme.url, timeout: 30 } });
  expect(renamed).toMatchObject({ name: "ours", signed_out: 0 });
  expect(hub.server("ours").accounts).toMatchObject([{ state: "signed_in" }]);
  const moved = await hub.call("setEntry", { name: "ours", text: JSON.stringify({ url: elsewhere.url }) });
  expect(moved.signed_out).toBe(1);
  expect(as.records.count("revoke")).toBeGreaterThan(0);
});

test("a tool is turned off and on for agents that are connected, and both can be taken back", async () => {
  const open = use(await startProtectedServer());
  const hub = await runHub({ open: { url: open.url } });
  const agent = await hub.connect("open");
  const names = await agent.toolNames();
  const before = hub.home.readServers();
  const tool = names[0] ?? "";
  const off = await hub.call("setToolAllowed", { server: "open", tool, allowed: false });
  await agent.waitForToolsChanged(0);
  expect(await agent.toolNames()).toEqual(names.slice(1));
  expect((await hub.call("listTools", { server: "open" })).tools.find(({ name }) => name === tool)?.state).toBe(
    "denied",
  );
  await hub.call("setToolAllowed", { server: "open", tool, allowed: true });
  await agent.waitForToolsChanged(1);
  expect(await agent.toolNames()).toEqual(names);
  expect(hub.home.readServers()).toBe(before);
  await expect(hub.call("undo", { undo: off.undo })).rejects.toMatchObject({ code: "conflict" });
});

test("a change by hand shows at once, in the form and in what is in force", async () => {
  const hub = await runHub(TEXT);
  const changed = new Promise<void>((resolve) => {
    hub.on("snapshot", ({ servers }) => {
      if (servers.some(({ url }) => url === "https://acme.example/by-hand")) resolve();
    });
  });
  writeFileSync(hub.home.configPath, TEXT.replace("acme.example/mcp", "acme.example/by-hand"));
  await changed;
  expect((await hub.call("getEntry", { name: "acme" })).entry.url).toBe("https://acme.example/by-hand");
});
