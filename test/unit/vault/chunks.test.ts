import { describe, expect, test } from "vitest";
import { chunked, type Entries } from "../../../main/vault/chunks.ts";

/** A keychain whose entries hold 100 bytes, and which may fail at the nth change. */
function shortEntries(): { entries: Entries; held: Map<string, Uint8Array>; failAfter(changes: number): void } {
  const held = new Map<string, Uint8Array>();
  let left = Number.POSITIVE_INFINITY;
  const change = (): void => {
    left -= 1;
    if (left < 0) throw new Error("the power went");
  };
  return {
    held,
    failAfter: (changes) => {
      left = changes;
    },
    entries: {
      get: async (name) => held.get(name) ?? null,
      set: async (name, value) => {
        change();
        if (value.byteLength > 100) throw new Error("too long");
        held.set(name, Uint8Array.from(value));
      },
      delete: async (name) => {
        change();
        return held.delete(name);
      },
    },
  };
}

const bytes = (length: number, fill = "x"): Buffer => Buffer.from(fill.repeat(length));

describe("long values in short entries", () => {
  test.each([0, 1, 99, 100, 101, 200, 201, 9_000])("%i bytes", async (length) => {
    const { entries, held } = shortEntries();
    const long = chunked(entries, 100);
    await long.set("n", bytes(length));
    expect(Buffer.from((await long.get("n")) ?? [])).toEqual(bytes(length));
    expect(held.size).toBe(length <= 100 ? 1 : 1 + Math.ceil(length / 100));
    expect(await long.delete("n")).toBe(true);
    expect(held.size).toBe(0);
    expect(await long.delete("n")).toBe(false);
    expect(await long.get("n")).toBeNull();
  });

  test("leave nothing behind when they get shorter, longer or short enough for one", async () => {
    const { entries, held } = shortEntries();
    const long = chunked(entries, 100);
    for (const length of [5_000, 300, 700, 50, 101]) {
      await long.set("n", bytes(length, "y"));
      expect(Buffer.from((await long.get("n")) ?? [])).toEqual(bytes(length, "y"));
      expect(held.size).toBe(length <= 100 ? 1 : 1 + Math.ceil(length / 100));
    }
  });

  test("an interruption at any moment leaves the old value or the new one", async () => {
    const old = bytes(350, "o");
    const fresh = bytes(450, "n");
    let interrupted = 0;
    for (let after = 0; after < 20; after += 1) {
      const { entries, held, failAfter } = shortEntries();
      const long = chunked(entries, 100);
      await long.set("n", bytes(150, "z"));
      await long.set("n", old);
      failAfter(after);
      const failed = await long.set("n", fresh).then(
        () => false,
        () => true,
      );
      interrupted += Number(failed);
      failAfter(Number.POSITIVE_INFINITY);
      const now = Buffer.from((await long.get("n")) ?? []).toString();
      expect([old.toString(), fresh.toString()]).toContain(now);
      if (!failed) expect(now).toBe(fresh.toString());
      await long.set("n", fresh);
      expect(held.size).toBe(6);
      await long.delete("n");
      expect(held.size).toBe(0);
    }
    expect(interrupted).toBeGreaterThan(5);
  });

  test("an interrupted removal can be finished", async () => {
    for (let after = 0; after < 5; after += 1) {
      const { entries, held, failAfter } = shortEntries();
      const long = chunked(entries, 100);
      await long.set("n", bytes(350));
      failAfter(after);
      await expect(long.delete("n")).rejects.toThrow("the power went");
      failAfter(Number.POSITIVE_INFINITY);
      expect(await long.delete("n")).toBe(true);
      expect(held.size).toBe(0);
    }
  });

  test("parts that are gone or changed are noticed", async () => {
    for (const spoil of [
      (held: Map<string, Uint8Array>) => held.delete("n#a.1"),
      (held: Map<string, Uint8Array>) => held.set("n#a.1", bytes(100, "?")),
    ]) {
      const { entries, held } = shortEntries();
      const long = chunked(entries, 100);
      await long.set("n", bytes(350));
      spoil(held);
      const before = new Map(held);
      await expect(long.get("n")).rejects.toMatchObject({ code: "vault_unreadable" });
      expect(held).toEqual(before);
      await long.set("n", bytes(350));
      expect((await long.get("n"))?.byteLength).toBe(350);
    }
  });

  test("nothing stays behind a gap", async () => {
    for (const change of [
      (long: Entries) => long.delete("n"),
      (long: Entries) => long.set("n", bytes(550)).then(() => long.delete("n")),
      (long: Entries) => long.set("n", bytes(50)).then(() => long.delete("n")),
    ]) {
      const { entries, held } = shortEntries();
      const long = chunked(entries, 100);
      await long.set("n", bytes(350));
      held.delete("n#a.1");
      await change(long);
      expect([...held.keys()]).toEqual([]);
    }
  });
});
