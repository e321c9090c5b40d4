/** What the kernel knows of a process. Linux only. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** KiB of a line such as `Pss:   123 kB`. */
function kib(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

/** MiB that these processes take together, with what they share counted once (proportional set size). */
export function pssOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + kib(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss"), 0) / 1024;
}

/** MiB in memory now, and the most since {@link forgetPeak}. */
export function rssOf(pid: number): { now: number; peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return { now: kib(text, "VmRSS") / 1024, peak: kib(text, "VmHWM") / 1024 };
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

export interface Activity {
  /** Times that the process's main thread, and any other thread of it, was woken. */
  readonly mainWakes: number;
  readonly otherWakes: number;
  /** Milliseconds of processor time. */
  readonly cpu: number;
}

/** Since the process began. */
export function activityOf(pid: number): Activity {
  let mainWakes = 0;
  let otherWakes = 0;
  let cpu = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`;
    const wakes = kib(readFileSync(`${folder}/status`, "utf8"), "voluntary_ctxt_switches");
    if (Number(thread) === pid) mainWakes += wakes;
    else otherWakes += wakes;
    // Nanoseconds on a processor stand first.
    cpu += Number(readFileSync(`${folder}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  }
  return { mainWakes, otherWakes, cpu };
}

/** What happened between two looks. */
export function between(before: Activity, after: Activity): Activity {
  return {
    mainWakes: after.mainWakes - before.mainWakes,
    otherWakes: after.otherWakes - before.otherWakes,
    cpu: after.cpu - before.cpu,
  };
}
