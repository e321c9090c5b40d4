/** Edits and the way back from them, over a real hub: the file's bytes, and what becomes of sign-ins. */
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { CAN_BE_READ_ONLY, makeReadOnly } from "../../fixtures/read-only.ts";
import { use } from "../../fixtures/use.ts";
import { runHub } from "./parts.ts";

const TEXT = `// my servers
{
  "mcpServers": {
    "files": { "command": "npx", "args": ["files"] }, // at home
    // work
    "linear": { "url": "https://mcp.linear.app/mcp" }
  }
}
`;

async function signedInHub() {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const hub = await runHub(`// mine\n{"mcpServers": {"acme": {"url": ${JSON.stringify(acme.url)}}}}\n`);
  await hub.call("signIn", { server: "acme" });
  return { as, acme, hub, before: hub.home.readServers() };
}

test("each edit of an entry can be taken back, to the byte", async () => {
  const hub = await runHub(TEXT);
  const edits = [
    () => hub.call("addServer", { name: "new", server: { url: "https://new.example/mcp" } }),
    () => hub.call("updateServer", { name: "files", new_name: "documents", server: { command: "uvx", args: [] } }),
    () => hub.call("setServerEnabled", { name: "linear", enabled: false }),
    () => hub.call("removeServer", { name: "files" }),
  ];
  for (const edit of edits) {
    const { undo, signed_out: signedOut } = await edit();
    expect(hub.home.readServers()).not.toBe(TEXT);
    expect(signedOut).toBe(0);
    await hub.call("undo", { undo });
    expect(hub.home.readServers()).toBe(TEXT);
    expect(hub.snapshot().servers.map(({ name, state }) => `${name} ${state}`)).toEqual(["files idle", "linear idle"]);
  }
});

test("what was changed again is not taken back, what stands beside it does not matter", async () => {
  const hub = await runHub(TEXT);
  const first = await hub.call("setServerEnabled", { name: "linear", enabled: false });
  const second = await hub.call("removeServer", { name: "files" });
  await hub.call("undo", { undo: first.undo });
  expect(hub.home.readServers()).toContain('"linear": { "url": "https://mcp.linear.app/mcp" }');
  await hub.call("addServer", { name: "files", server: { url: "https://files.example/mcp" } });
  const now = hub.home.readServers();
  await expect(hub.call("undo", { undo: second.undo })).rejects.toMatchObject({
    code: "conflict",
    data: { server: "files", suggestion: expect.stringContaining("by hand") },
  });
  expect(hub.home.readServers()).toBe(now);
  await hub.call("removeServer", { name: "files" });
  await hub.call("undo", { undo: second.undo });
  expect(hub.server("files").command).toBe("npx files");
});

test("a removed server comes back without its sign-in, and that was said", async () => {
  const { as, hub, before } = await signedInHub();
  const { undo, signed_out: signedOut } = await hub.call("removeServer", { name: "acme" });
  expect(signedOut).toBe(1);
  expect(as.records.count("revoke")).toBeGreaterThan(0);
  await hub.call("undo", { undo });
  expect(hub.home.readServers()).toBe(before);
  expect(hub.server("acme").accounts).toMatchObject([{ name: "default", state: "signed_out" }]);
});

test("a new name takes the sign-in along, there and back", async () => {
  const { hub, before } = await signedInHub();
  const { undo, signed_out: signedOut } = await hub.call("updateServer", { name: "acme", new_name: "acme two" });
  expect(signedOut).toBe(0);
  expect(hub.server("acme two").accounts).toMatchObject([{ state: "signed_in" }]);
  expect(await hub.call("undo", { undo })).toEqual({ name: "acme" });
  expect(hub.home.readServers()).toBe(before);
  expect(hub.server("acme").accounts).toMatchObject([{ state: "signed_in" }]);
  expect(await (await hub.connect("acme")).callText("whoami")).toBe("ada");
});

test("taking back an address that somebody has signed in at meanwhile signs out there", async () => {
  const { as, hub, before } = await signedInHub();
  const elsewhere = use(await startProtectedServer({ issuer: as }));
  const { undo, signed_out: signedOut } = await hub.call("updateServer", {
    name: "acme",
    server: { url: elsewhere.url },
  });
  expect(signedOut).toBe(1);
  await hub.call("signIn", { server: "acme" });
  const revoked = as.records.count("revoke");
  await hub.call("undo", { undo });
  expect(hub.home.readServers()).toBe(before);
  expect(as.records.count("revoke")).toBeGreaterThan(revoked);
});

test.runIf(CAN_BE_READ_ONLY)("what cannot be written loses no sign-in", async () => {
  const { as, hub, before } = await signedInHub();
  const folder = join(hub.home.path, "dotfiles");
  mkdirSync(folder);
  renameSync(hub.home.configPath, join(folder, "servers.json"));
  symlinkSync(join("dotfiles", "servers.json"), hub.home.configPath);
  const readOnly = use(makeReadOnly(folder));
  await expect(hub.call("removeServer", { name: "acme" })).rejects.toMatchObject({ code: "config_invalid" });
  expect(hub.server("acme").accounts).toMatchObject([{ state: "signed_in" }]);
  expect(as.records.count("revoke")).toBe(0);
  readOnly.close();
  expect(hub.home.readServers()).toBe(before);
  expect(await hub.call("removeServer", { name: "acme" })).toMatchObject({ signed_out: 1 });
});
