/**
 * Long values in a store whose entries are short: Windows' Credential Manager holds 2,560 bytes an entry.
 *
 * A long value is cut into entries `<name>#<series>.<n>`, and under `<name>` itself rests a marker that counts and
 * hashes them. The two series `a` and `b` alternate and the marker is written last, so that a crash at any moment
 * leaves the old value or the new one, and the next write or removal finds what the crash left behind.
 */
import { createHash } from "node:crypto";
import { vaultError } from "./store.ts";

/** Named byte strings; null and false where there is none. */
export interface Entries {
  get(name: string): Promise<Uint8Array | null>;
  set(name: string, value: Uint8Array): Promise<void>;
  delete(name: string): Promise<boolean>;
}

/** Bytes; a margin below Windows' 2,560. */
export const WINDOWS_CHUNK = 2_400;

const SERIES = ["a", "b"] as const;
type Series = (typeof SERIES)[number];

interface Marker {
  readonly series: Series;
  readonly chunks: number;
  /** SHA-256 of the whole, base64url. */
  readonly hash: string;
}

const MARKER = /^gatehouse-chunks:1:([ab]):(\d{1,4}):([\w-]{43})$/;

/** `entries` with room for any length; `maxBytes` is what one entry holds. */
export function chunked(entries: Entries, maxBytes: number): Entries {
  const chunkName = (name: string, series: Series, n: number): string => `${name}#${series}.${n}`;

  // From the last one down: what an interruption leaves is then still found by counting from the first. The marker's
  // count finds what lies behind a gap that somebody else made.
  const sweep = async (name: string, series: Series, marker: Marker | null): Promise<boolean> => {
    const known = marker?.series === series ? marker.chunks : 0;
    let count = 0;
    while (count < known || (await entries.get(chunkName(name, series, count))) !== null) count += 1;
    for (let n = count - 1; n >= 0; n -= 1) await entries.delete(chunkName(name, series, n));
    return count > 0;
  };

  const markerAt = async (name: string): Promise<Marker | null> => {
    const value = await entries.get(name);
    return value === null ? null : readMarker(value);
  };

  return {
    get: async (name) => {
      const value = await entries.get(name);
      const marker = value === null ? null : readMarker(value);
      if (marker === null) return value;
      const parts: Uint8Array[] = [];
      for (let n = 0; n < marker.chunks; n += 1) {
        const part = await entries.get(chunkName(name, marker.series, n));
        if (part === null) throw incomplete();
        parts.push(part);
      }
      const whole = Buffer.concat(parts);
      if (hashOf(whole) !== marker.hash) throw incomplete();
      return whole;
    },
    set: async (name, value) => {
      const old = await markerAt(name);
      if (value.byteLength <= maxBytes) {
        await entries.set(name, value);
        for (const series of SERIES) await sweep(name, series, old);
        return;
      }
      const series = old?.series === "a" ? "b" : "a";
      await sweep(name, series, old);
      const chunks = Math.ceil(value.byteLength / maxBytes);
      for (let n = 0; n < chunks; n += 1) {
        await entries.set(chunkName(name, series, n), value.subarray(n * maxBytes, (n + 1) * maxBytes));
      }
      await entries.set(name, Buffer.from(`gatehouse-chunks:1:${series}:${chunks}:${hashOf(value)}`));
      await sweep(name, series === "a" ? "b" : "a", old);
    },
    delete: async (name) => {
      const old = await markerAt(name);
      let found = false;
      for (const series of SERIES) found = (await sweep(name, series, old)) || found;
      return (await entries.delete(name)) || found;
    },
  };
}

function readMarker(value: Uint8Array): Marker | null {
  const [, series, chunks, hash] = MARKER.exec(Buffer.from(value).toString("latin1")) ?? [];
  if (hash === undefined || chunks === undefined) return null;
  return { series: series === "b" ? "b" : "a", chunks: Number(chunks), hash };
}

function hashOf(value: Uint8Array): string {
  return createHash("sha256").update(value).digest("base64url");
}

function incomplete(): Error {
  return vaultError(
    "vault_unreadable",
    "The grant's parts in the keychain do not fit together.",
    "Sign in again; that writes it anew.",
  );
}
