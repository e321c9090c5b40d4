/** `${keychain:NAME}` in `servers.json`, from the file to what is in force. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { SecretSource } from "../../../main/config/secrets.ts";
import { openConfig } from "../../../main/config/store.ts";
import type { RemoteServer } from "../../../main/config/types.ts";
import { GatehouseError } from "../../../main/errors.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

const REFERENCE = "$" + "{keychain:key}"; // spelled apart, so that no linter takes the text for a template
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 5_000, interval: 20 });

async function follow(secret: SecretSource, headers: Record<string, string> = { "X-Key": REFERENCE }) {
  const path = join(use(tempFolder("secrets")).path, "servers.json");
  const write = (value: object) => writeFileSync(path, JSON.stringify({ mcpServers: value }));
  write({ acme: { url: "https://acme.test/mcp", headers }, open: { url: "https://open.test/mcp" } });
  const logged: string[] = [];
  const note = (...parts: unknown[]) => void logged.push(JSON.stringify(parts));
  const log = { debug: note, info: note, warn: note, error: note };
  const store = use(await openConfig({ path, env: {}, log, secret }));
  const header = () => (store.current.servers.get("acme") as RemoteServer | undefined)?.headers["X-Key"];
  return { store, write, logged, header };
}

describe("a secret of the vault", () => {
  test("is read when the file is, and again when it is read again", async () => {
    let value: string | null = "first";
    const { store, header, logged } = await follow(async () => value);
    expect(header()).toBe("first");
    expect([...store.secrets]).toEqual([["key", ["acme"]]]);
    value = "second";
    await store.reload();
    expect(header()).toBe("second");
    value = null;
    await store.reload();
    expect(store.current.invalid.get("acme")).toMatchObject({ code: "config_invalid", details: { secret: "key" } });
    expect([...store.current.servers.keys()]).toEqual(["open"]);
    expect(logged.join()).not.toMatch(/first|second/);
  });

  test("is in force after an edit, too, and no edit writes it down", async () => {
    const { store, header, logged } = await follow(async () => "s3cret-value");
    await store.add("more", { url: "https://more.test/mcp" });
    expect(header()).toBe("s3cret-value");
    await store.setEnabled("acme", false);
    expect(header()).toBe("s3cret-value");
    expect(logged.join()).not.toContain("s3cret-value");
  });

  test("that the vault does not give costs its own entry alone, and says why", async () => {
    const { store } = await follow(async () => {
      throw new GatehouseError({ code: "vault_locked", message: "It is locked.", suggestion: "Unlock it." });
    });
    expect(store.current.invalid.get("acme")).toMatchObject({ code: "vault_locked", suggestion: "Unlock it." });
    expect([...store.current.servers.keys()]).toEqual(["open"]);
  });

  test("that would break a header is refused without being quoted", async () => {
    const { store } = await follow(async () => "a\r\nX-Evil: b");
    expect(store.current.invalid.get("acme")?.message).toContain("holds a character that no header can carry");
    expect(store.current.invalid.get("acme")?.message).not.toContain("Evil");
  });

  test("that comes late does not hold the others up, and counts when it is there", async () => {
    let answer: (value: string) => void = () => {};
    const { store, header } = await follow(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    expect(store.current.invalid.get("acme")?.code).toBe("vault_locked");
    expect([...store.current.servers.keys()]).toEqual(["open"]);
    const late = answer;
    // The reading that follows asks again, and this time there is an answer at once.
    const again = setInterval(() => answer("value"), 10);
    late("value");
    await until(() => expect(header()).toBe("value"));
    clearInterval(again);
  });
});
