/** `gatehouse doctor`: what is wrong, and the one thing to do about each. */
import { parseArgs } from "node:util";
import type { Check, CheckArea } from "../preload/api-doctor.ts";
import { count } from "../preload/text.ts";
import { call, control, EXIT, failed, say, Unreachable, Usage } from "./cli-base.ts";
import { bold, busy, dim, toned } from "./cli-terminal.ts";
import { HubGone } from "./control.ts";
import { gatehouseHome, readRecord } from "./endpoint.ts";
import { VERSION } from "./version.ts";

const TITLES: Readonly<Record<CheckArea, string>> = {
  hub: "Gatehouse",
  vault: "Sign-ins at rest",
  settings: "Settings",
  network: "Network",
  clock: "Clock",
  server: "Servers",
  agent: "Agents",
};

export async function doctor(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const [server, ...more] = positionals;
  if (more.length > 0) throw new Usage("Usage: gatehouse doctor [server] [--json]");
  const done = busy("Looking at everything; this takes a moment");
  let checks: readonly Check[];
  try {
    const looked = await look(server);
    done();
    if (typeof looked === "number") return looked;
    checks = looked;
  } finally {
    done();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
  else print(checks);
  const wrong = checks.filter(({ ok }) => ok === false);
  if (wrong.length === 0) {
    if (!values.json) say("All is well.");
    return EXIT.done;
  }
  const signIns = wrong.filter(({ id }) => id === "sign_in");
  const faults = wrong.length - signIns.length;
  if (!values.json) {
    const parts = [
      ...(faults === 0 ? [] : [`${count(faults, "thing")} to put right`]),
      ...(signIns.length === 0 ? [] : [`${count(signIns.length, "sign-in")} needed`]),
    ];
    say(`${parts.join(", ")}.`);
  }
  return faults === 0 ? EXIT.needsSignIn : EXIT.failed;
}

/** The checks, or the exit code of an error that was said. */
async function look(server: string | undefined): Promise<readonly Check[] | number> {
  try {
    const hub = await control(true);
    try {
      const result = await call(hub, "doctor", server === undefined ? {} : { server });
      if (!result.ok) return failed(result.error);
      return [pipeCheck(), ...result.value.checks];
    } finally {
      hub.close();
    }
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof HubGone)) throw error;
    return [unreachable(error.message)];
  }
}

function pipeCheck(): Check {
  const record = readRecord(gatehouseHome(process.env));
  const same = record === null || record.version === VERSION;
  return {
    id: "pipe",
    area: "hub",
    server: null,
    ok: same,
    title: "the way to it",
    detail: same
      ? "This command and Gatehouse have proved themselves to each other."
      : `Gatehouse runs as version ${record.version}, this command is version ${VERSION}.`,
    fix: same ? null : "Quit Gatehouse and start it again, so that both are of one version.",
  };
}

function unreachable(why: string): Check {
  return {
    id: "reach",
    area: "hub",
    server: null,
    ok: false,
    title: "reaching it",
    detail: `Gatehouse is not running and could not be started: ${why}`,
    fix: "Start it by hand and read what it says: gatehouse hub",
  };
}

const MARKS = { true: ["✓", "ok"], false: ["✗", "bad"], null: ["–", "off"] } as const;

function print(checks: readonly Check[]): void {
  let area: CheckArea | null = null;
  for (const check of checks) {
    if (check.area !== area) process.stdout.write(`${area === null ? "" : "\n"}${bold(TITLES[check.area])}\n`);
    area = check.area;
    const [mark, tone] = check.id === "sign_in" && check.ok === false ? ["!", "need" as const] : MARKS[`${check.ok}`];
    // An agent's id is for the command line; its title has its name.
    const about = check.server === null || check.area === "agent" ? check.title : `${check.server}: ${check.title}`;
    process.stdout.write(`  ${toned(tone, mark)} ${about}. ${check.ok === true ? dim(check.detail) : check.detail}\n`);
    if (check.fix !== null) process.stdout.write(`    → ${check.fix}\n`);
  }
}
