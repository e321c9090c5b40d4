/** The hub itself, its folder, where sign-ins rest, and the settings file. */
import { statfs } from "node:fs/promises";
import type { Check } from "../../../preload/api-doctor.ts";
import { vaultText } from "../../../preload/text.ts";
import { asGatehouseError } from "../../errors.ts";
import { ensureHome, gatehousePaths } from "../../paths.ts";
import type { GrantKey } from "../../vault/types.ts";
import type { VerbDeps } from "../types.ts";
import { bad, failure, good, open, type Subject } from "./checks.ts";

/** Bytes: less is not enough for the log, activity and a vault's file that is replaced. */
const LITTLE_ROOM = 20 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;
/** No server has this origin, so nothing rests under it. */
const NOTHING: GrantKey = { server: "doctor", account: "default", origin: "https://doctor.invalid" };

export async function homeChecks(deps: VerbDeps): Promise<Check[]> {
  const [folder, room, vault] = await Promise.all([folderCheck(deps), roomCheck(deps), vaultCheck(deps)]);
  return [...hubChecks(deps), folder, room, vault, ...settingsChecks(deps)];
}

function hubChecks({ snapshot }: VerbDeps): Check[] {
  const { hub, paused } = snapshot();
  const running: Subject = { area: "hub", id: "running", title: "running" };
  const approvals: Subject = { area: "hub", id: "approvals", title: "what it remembers of tools" };
  return [
    good(running, `Version ${hub.version}, process ${hub.pid}, for ${duration(hub.uptime_s)}.`),
    ...(hub.approvals_error === undefined ? [] : [failure(approvals, hub.approvals_error)]),
    ...(paused
      ? [open({ area: "hub", id: "paused", title: "pause" }, "Everything is paused; gatehouse resume ends that.")]
      : []),
  ];
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

async function folderCheck({ env }: VerbDeps): Promise<Check> {
  const subject: Subject = { area: "hub", id: "folder", title: "its folder" };
  const paths = gatehousePaths(env);
  try {
    await ensureHome(paths);
    return good(subject, `${paths.home} can be written, and only you can read it.`);
  } catch (error) {
    return failure(subject, asGatehouseError(error).toObject());
  }
}

async function roomCheck({ env }: VerbDeps): Promise<Check> {
  const subject: Subject = { area: "hub", id: "room", title: "room on the disk" };
  try {
    const { bavail, bsize } = await statfs(gatehousePaths(env).home);
    const free = bavail * bsize;
    const text = `${Math.floor(free / MEBIBYTE).toLocaleString("en")} MiB are free.`;
    return free < LITTLE_ROOM
      ? bad(subject, text, "Make room on the disk, so that sign-ins can be kept.")
      : good(subject, text);
  } catch {
    return open(subject, "The system does not tell.");
  }
}

/**
 * A keychain is asked to keep something, for a moment: one that is locked answers all the same that it has nothing. A file
 * tells by being read.
 */
async function vaultCheck({ vault }: VerbDeps): Promise<Check> {
  const subject: Subject = { area: "vault", id: "vault", title: "the vault" };
  try {
    if (vault.kind === "keychain") {
      await vault.putText(NOTHING, "It may be deleted.");
      await vault.delete(NOTHING);
    } else await vault.getText(NOTHING);
    const { label } = vaultText(vault.status(), process.platform);
    const lost = vault.kind === "memory" ? " They are gone when Gatehouse ends." : "";
    return good(subject, `${label}.${lost}`);
  } catch (error) {
    return failure(subject, asGatehouseError(error).toObject());
  }
}

function settingsChecks({ config }: VerbDeps): Check[] {
  const subject: Subject = { area: "settings", id: "file", title: "servers.json" };
  const { error, path, servers, invalid } = config.current;
  if (error !== null) return [failure(subject, error.toObject())];
  return [good(subject, `${path} is read; it has ${servers.size + invalid.size} servers.`)];
}
