import { spawn } from "node:child_process";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireFileLock } from "../../main/file-lock.ts";
import { tempFolder } from "../fixtures/children.ts";
import { use } from "../fixtures/use.ts";

const patient = { staleMs: 60_000, signal: AbortSignal.timeout(10_000) };
const lockIn = () => join(use(tempFolder("lock")).path, "refresh.lock");

test("many want it, one at a time has it, and nothing is left", async () => {
  const path = lockIn();
  let inside = 0;
  const seen: number[] = [];
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      const release = await acquireFileLock(path, patient);
      seen.push(++inside);
      await pause(3);
      inside--;
      await release();
    }),
  );
  expect(seen).toEqual(Array.from({ length: 12 }, () => 1));
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("a lock of a process that is gone is taken over at once, and its rest does not let go of ours", async () => {
  const path = lockIn();
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  writeFileSync(path, `${child.pid} left-behind\n`);
  const release = await acquireFileLock(path, patient);
  await expect(acquireFileLock(path, { ...patient, signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/i);
  await release();
  const next = await acquireFileLock(path, patient);
  await release();
  expect(readdirSync(join(path, ".."))).toEqual(["refresh.lock"]);
  await next();
});

test("a lock of a living process is waited for; an old one was left behind by another of that id", async () => {
  const path = lockIn();
  writeFileSync(path, `${process.ppid} somebody\n`);
  await expect(acquireFileLock(path, { ...patient, signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/i);
  utimesSync(path, new Date(0), new Date(0));
  const release = await acquireFileLock(path, patient);
  await release();
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("where no lock can be made nobody is kept out", async () => {
  const release = await acquireFileLock("/proc/no-such-folder/lock", patient);
  await expect(release()).resolves.toBeUndefined();
});
