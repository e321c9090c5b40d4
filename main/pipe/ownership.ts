/** Exactly one hub a home: the record `hub.json` is made whole or not at all, and taken over only from a dead hub. */
import { randomBytes } from "node:crypto";
import { link, mkdtemp, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HubRecord, readRecord, recordPath } from "../../shim/endpoint.ts";
import { WIRE_VERSION } from "../../shim/wire.ts";
import { errorCode } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import { unusable } from "../paths.ts";

/** Bytes a Unix socket's path may have (104 with the end on macOS, 108 on Linux). */
const MAX_SOCKET_PATH = 100;
/** A take-over lasts milliseconds; a lock of this age in milliseconds was left by a process that died in one. */
const STALE_TAKEOVER = 5_000;
const TAKEOVER_TRIES = 100;

export interface PipeAddress {
  readonly path: string;
  /** A folder to remove with it; null when it lies in the home. */
  readonly folder: string | null;
}

/** A new random address that only this user can guess or reach. */
export async function newPipeAddress(home: string, platform: NodeJS.Platform = process.platform): Promise<PipeAddress> {
  const name = randomBytes(16).toString("hex");
  if (platform === "win32") return { path: `\\\\.\\pipe\\gatehouse-${name}`, folder: null };
  const inHome = join(home, `pipe-${name.slice(0, 12)}.sock`);
  if (Buffer.byteLength(inHome) <= MAX_SOCKET_PATH) return { path: inHome, folder: null };
  // mkdtemp makes the folder with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-"));
  return { path: join(folder, "pipe.sock"), folder };
}

export function newRecord(pipe: string, version: string, role: HubRecord["role"], yields = false): HubRecord {
  const key = randomBytes(32).toString("base64url");
  return { wire: WIRE_VERSION, pipe, key, pid: process.pid, version, role, ...(yields ? { yields } : {}) };
}

export interface Ownership {
  /** Takes the record away, if it is still ours. */
  release(): Promise<void>;
}

/**
 * Makes this process the hub of the home. The pipe of `record` must be listening already, so that whoever reads the
 * record finds somebody. Answers null when another hub is alive. Rejects with `config_invalid` when the disk is full or
 * nobody may write there.
 */
export async function takeOwnership(home: string, record: HubRecord): Promise<Ownership | null> {
  const path = recordPath(home);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: "wx" });
    for (let attempt = 0; attempt < TAKEOVER_TRIES; attempt++) {
      if (await tryLink(draft, path)) return { release: () => release(home, record) };
      if (await isAlive(readRecord(home))) return null;
      await removeDead(home);
    }
    throw new GatehouseError({
      code: "internal",
      message: `The record of a hub that is gone cannot be taken away: ${path}.`,
      suggestion: "Remove this file by hand and start Gatehouse again.",
    });
  } catch (error) {
    throw errorCode(error) === undefined ? error : unusable(home, "cannot be written to", error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether the hub of this record still listens. Only a dead process's pipe refuses. */
export function isAlive(record: HubRecord | null): Promise<boolean> {
  if (record === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(record.pipe);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      // A full backlog (EAGAIN) is a busy hub, not a dead one.
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT" && error.code !== "ENOTSOCK");
    });
  });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // Windows keeps the name of a removed file until its last reader has closed it.
    if (process.platform !== "win32" || (code !== "EPERM" && code !== "EACCES" && code !== "EBUSY")) throw error;
    await new Promise((resolve) => setTimeout(resolve, 10));
    return false;
  }
}

/** Removes a dead hub's record. Under a lock, and after one more look, so that nobody removes a live one's. */
async function removeDead(home: string): Promise<void> {
  const lock = `${recordPath(home)}.takeover`;
  try {
    await writeFile(lock, String(process.pid), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const age =
      Date.now() -
      (await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    if (age > STALE_TAKEOVER) await rm(lock, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 10));
    return;
  }
  try {
    const record = readRecord(home);
    if (await isAlive(record)) return;
    if (record !== null && process.platform !== "win32") await rm(record.pipe, { force: true });
    await rm(recordPath(home), { force: true });
  } finally {
    await rm(lock, { force: true });
  }
}

async function release(home: string, record: HubRecord): Promise<void> {
  try {
    const there = JSON.parse(await readFile(recordPath(home), "utf8")) as Partial<HubRecord>;
    if (there.key === record.key) await unlink(recordPath(home));
  } catch {
    // Gone already, or unreadable: then it is not ours to remove.
  }
}
