/** Takes out of a transcript what differs from one run of the reference server to the next, place by place. */
import { createHash } from "node:crypto";
import type { Heard } from "./conversation.ts";
import type { Message } from "./wire.ts";

interface Rule {
  /** Where: the names on the way to a string, joined by dots. */
  readonly at: RegExp;
  readonly what: RegExp;
  readonly becomes: string;
}

const TIME = { what: / created at .*$/, becomes: " created at TIME" };
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const RULES: readonly Rule[] = [
  // The time of day in dynamic resources.
  { at: /^result\.contents\.\d+\.text$/, ...TIME },
  { at: /^result\.content\.\d+\.resource\.text$/, ...TIME },
  { at: /^result\.messages\.\d+\.content\.resource\.text$/, ...TIME },
  // Times and ids of tasks.
  { at: /^(result|params)(\.task|\.tasks\.\d+)?\.(createdAt|lastUpdatedAt)$/, what: /^.*$/, becomes: "TIME" },
  // A message of random level, and the session's id in what is logged.
  { at: /^params\.data$/, what: /^\w+[- ]level[- ]message.*$/, becomes: "A message of random level" },
  { at: /^params\.data$/, what: UUID, becomes: "SESSION" },
  { at: /^result\.content\.\d+\.text$/, what: new RegExp(`(?<=session )${UUID.source}`), becomes: "SESSION" },
  { at: /^error\.data\.elicitations\.\d+\.elicitationId$/, what: UUID, becomes: "ELICITATION" },
];

/** Variables that say where and by whom a program was started. */
const OF_THE_PROCESS = /^(PWD|OLDPWD|SHLVL|PORT|_|GATEHOUSE_.*|ELECTRON_.*)$/;

export function normalise(heard: readonly Heard[]): readonly Heard[] {
  const tasks = new Map<string, string>();
  const clean = (message: Message): Message => walk(message, "", tasks) as Message;
  return heard.map(({ step, inOrder, besides }) => ({
    step,
    inOrder: inOrder.map(clean),
    besides: besides.map(clean).sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))),
  }));
}

function walk(value: unknown, at: string, tasks: Map<string, string>): unknown {
  if (typeof value === "string") return text(value, at, tasks);
  if (Array.isArray(value)) return value.map((each, n) => walk(each, `${at}.${n}`, tasks));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    walk(each, at === "" ? key : `${at}.${key}`, tasks),
  ]);
  const result = Object.fromEntries(entries) as Record<string, unknown>;
  if (result.data === "A message of random level") result.level = "RANDOM";
  return result;
}

function text(value: string, at: string, tasks: Map<string, string>): string {
  if (/\.taskId$/.test(at)) {
    if (!/^[0-9a-f]{32}$/.test(value)) return value;
    const name = tasks.get(value) ?? `TASK ${tasks.size + 1}`;
    tasks.set(value, name);
    return name;
  }
  if (/^result\.content(s\.\d+|\.\d+\.resource)\.blob$/.test(at)) {
    const inside = Buffer.from(value, "base64").toString("latin1");
    return inside.startsWith("Resource ") ? inside.replace(TIME.what, TIME.becomes) : value;
  }
  if (at === "result.content.0.text" && value.startsWith("{") && value.includes('"PATH"')) return variables(value);
  return RULES.filter((rule) => rule.at.test(at)).reduce((now, { what, becomes }) => now.replace(what, becomes), value);
}

function variables(json: string): string {
  const all = Object.entries(JSON.parse(json) as Record<string, string>);
  const kept = all.filter(([name]) => !OF_THE_PROCESS.test(name));
  // Not the values: a difference is printed.
  const digests = kept.map(
    ([name, value]) => `${name} ${createHash("sha256").update(value).digest("hex").slice(0, 8)}`,
  );
  return digests.sort(compare).join("\n");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
