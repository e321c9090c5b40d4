/**
 * Grants in one encrypted file, for machines without a keychain. Only when chosen: the key of `vault.key` lies beside
 * it and keeps out who gets the file alone; with GATEHOUSE_VAULT_PASSPHRASE the key is nowhere on disk.
 *
 * Layout: `GHV1`, kind of key (1 file, 2 passphrase), log2 of scrypt's N, 16 bytes salt, 12 bytes nonce, AES-256-GCM
 * ciphertext, 16 bytes tag. All before the ciphertext is authenticated with it. Inside: JSON `[[name, text], …]`.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { chmod, readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import * as z from "zod";
import { errorCode, isMissing, replaceFile } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { type TextStore, vaultError } from "./store.ts";

const MAGIC = Buffer.from("GHV1");
const KEY_FILE = 1;
const PASSPHRASE = 2;
const HEADER_BYTES = MAGIC.length + 2 + 16 + 12;
const SALT_AT = MAGIC.length + 2;
const NONCE_AT = SALT_AT + 16;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MAX_FILE = 64 * 1024 * 1024;
/** N = 2^17, r = 8, p = 1: 128 MiB and about a third of a second, once per start. */
const LOG_N = 17;

const contents = z.array(z.tuple([z.string(), z.string()]));

export interface FileVaultOptions {
  readonly file: string;
  readonly keyFile: string;
  /** Instead of the key file. */
  readonly passphrase: string | undefined;
  readonly log: Log;
  /** log2 of scrypt's N for a new passphrase key; default 17. */
  readonly logN?: number;
}

export function fileStore(options: FileVaultOptions): TextStore {
  const { file, keyFile, passphrase, log, logN: ownLogN = LOG_N } = options;
  const derived = new Map<string, Promise<Buffer>>();

  const derive = (secret: string, salt: Buffer, logN: number): Promise<Buffer> => {
    const id = `${logN}:${salt.toString("base64url")}`;
    const key = derived.get(id) ?? stretch(secret, salt, logN);
    derived.set(id, key);
    return key;
  };

  /** The key that a header asks for. */
  const keyFor = async (kind: number, logN: number, salt: Buffer): Promise<Buffer> => {
    if (kind === PASSPHRASE) {
      if (passphrase === undefined) throw unreadable(file, "needs a passphrase", GIVE_PASSPHRASE);
      return derive(passphrase, salt, logN);
    }
    if (passphrase !== undefined)
      throw unreadable(
        file,
        "was made without a passphrase",
        "Unset GATEHOUSE_VAULT_PASSPHRASE and start Gatehouse again.",
      );
    const key = await readKey(keyFile, log);
    if (key === null) throw unreadable(file, `cannot be opened without ${keyFile}`, RESTORE);
    return key;
  };

  const load = async (): Promise<{ texts: Map<string, string>; salt: Buffer | null }> => {
    const bytes = await readOrNull(file);
    if (bytes === null) return { texts: new Map(), salt: null };
    const kind = bytes[MAGIC.length];
    const logN = bytes[MAGIC.length + 1] ?? 0;
    const known = kind === KEY_FILE || (kind === PASSPHRASE && logN >= 10 && logN <= 20);
    if (bytes.length < HEADER_BYTES + TAG_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC) || !known) {
      throw unreadable(file, "is damaged, or no vault that this version knows", RESTORE);
    }
    const salt = bytes.subarray(SALT_AT, NONCE_AT);
    const plain = open(bytes, await keyFor(kind, logN, salt));
    if (plain === null) {
      const why =
        kind === PASSPHRASE
          ? "the passphrase is another, or the file is damaged"
          : "its key is another, or it is damaged";
      throw unreadable(file, `cannot be decrypted: ${why}`, kind === PASSPHRASE ? GIVE_PASSPHRASE : RESTORE);
    }
    return { texts: new Map(plain), salt };
  };

  const save = async (texts: ReadonlyMap<string, string>, oldSalt: Buffer | null): Promise<void> => {
    const kind = passphrase === undefined ? KEY_FILE : PASSPHRASE;
    const salt = oldSalt ?? randomBytes(16); // the same salt, so that the passphrase is stretched once
    const key = passphrase === undefined ? await ownKey(keyFile, log) : await derive(passphrase, salt, ownLogN);
    const header = Buffer.concat([MAGIC, Buffer.from([kind, ownLogN]), salt, randomBytes(12)]);
    const cipher = createCipheriv("aes-256-gcm", key, header.subarray(NONCE_AT)).setAAD(header);
    const body = Buffer.concat([cipher.update(JSON.stringify([...texts])), cipher.final()]);
    await replaceFile(file, Buffer.concat([header, body, cipher.getAuthTag()])).catch((error: unknown) => {
      throw unusable(file, "written", error);
    });
  };

  return {
    kind: "file",
    read: async (name) => (await load()).texts.get(name) ?? null,
    write: async (name, text) => {
      const { texts, salt } = await load();
      await save(texts.set(name, text), salt);
    },
    remove: async (name) => {
      const { texts, salt } = await load();
      const had = texts.delete(name);
      if (had) await save(texts, salt);
      return had;
    },
  };
}

const stretchWith = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

function stretch(secret: string, salt: Buffer, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  return stretchWith(secret.normalize("NFC"), salt, KEY_BYTES, { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 });
}

/** Null when the key does not fit or a byte was changed. */
function open(bytes: Buffer, key: Buffer): [string, string][] | null {
  try {
    const header = bytes.subarray(0, HEADER_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", key, header.subarray(NONCE_AT), { authTagLength: TAG_BYTES });
    decipher.setAAD(header).setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);
    return contents.parse(JSON.parse(plain.toString()));
  } catch {
    return null;
  }
}

/** The key in the file; null when there is none that can be one. */
async function readKey(keyFile: string, log: Log): Promise<Buffer | null> {
  const text = await readOrNull(keyFile);
  if (text === null) return null;
  const key = Buffer.from(text.toString("latin1").trim(), "base64url");
  if (key.length !== KEY_BYTES) return null;
  if (process.platform !== "win32" && ((await stat(keyFile)).mode & 0o077) !== 0) {
    log.warn("vault.key_was_open", { path: keyFile });
    await chmod(keyFile, 0o600);
  }
  return key;
}

/** The key, made when there is none. Called only when nothing is encrypted with a lost one. */
async function ownKey(keyFile: string, log: Log): Promise<Buffer> {
  const found = await readKey(keyFile, log);
  if (found !== null) return found;
  const key = randomBytes(KEY_BYTES);
  await replaceFile(keyFile, `${key.toString("base64url")}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw unusable(keyFile, "written", error);
  });
  return key;
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    if ((await stat(path)).size > MAX_FILE) throw unreadable(path, "is larger than any vault", RESTORE);
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    if (error instanceof GatehouseError) throw error;
    throw unusable(path, "read", error);
  }
}

const RESTORE =
  "Restore the file from a backup. To begin anew, move it away and sign in again; Gatehouse leaves it as it is.";
const GIVE_PASSPHRASE = "Start Gatehouse with the passphrase of this vault in GATEHOUSE_VAULT_PASSPHRASE.";

function unreadable(file: string, what: string, suggestion: string): GatehouseError {
  return vaultError("vault_unreadable", `The vault ${file} ${what}.`, suggestion);
}

function unusable(file: string, what: string, cause: unknown): GatehouseError {
  return vaultError(
    "vault_unavailable",
    `The vault's file ${file} cannot be ${what} (${errorCode(cause) ?? "unknown error"}).`,
    "See that there is room and that the file is yours, then try again.",
    cause,
  );
}
