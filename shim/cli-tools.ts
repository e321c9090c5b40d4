/** `gatehouse tools` and `gatehouse approve`: what a server's tools may do, and letting changed ones through. */
import { parseArgs } from "node:util";
import type { ToolStatus } from "../preload/api.ts";
import { count, toolStateText } from "../preload/text.ts";
import { call, control, EXIT, failed, quoteName, say, Usage } from "./cli-base.ts";
import type { Control } from "./control.ts";

export async function tools(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const [server, ...more] = positionals;
  if (!server || more.length > 0) throw new Usage("Usage: gatehouse tools <server> [--json]");
  const hub = await control(true);
  try {
    const result = await call(hub, "listTools", { server });
    if (!result.ok) return failed(result.error);
    const { tools: listed } = result.value;
    if (values.json) process.stdout.write(`${JSON.stringify(result.value, null, 2)}\n`);
    else process.stdout.write(listed.map((tool) => lines(tool, widest(listed))).join(""));
    if (listed.length === 0) say(`No agent has listed the tools of ${server} yet.`);
    const changed = listed.filter(({ state }) => state === "changed").length;
    if (changed > 0 && !values.json) {
      say(
        `Agents do not get ${count(changed, "changed tool")}. To allow: gatehouse approve ${quoteName(server)} <tool>, or --all`,
      );
    }
    return EXIT.done;
  } finally {
    hub.close();
  }
}

export async function approve(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      command: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const [server, ...names] = positionals;
  const ways = [names.length > 0, values.all, values.command].filter(Boolean).length;
  if (!server || ways !== 1) {
    throw new Usage("Usage: gatehouse approve <server> <tool…>, or with --all or --command in place of tools");
  }
  const hub = await control(true);
  try {
    return await (values.command
      ? approveCommand(hub, server, values.json)
      : approveTools(hub, server, values.all ? null : names, values.json));
  } finally {
    hub.close();
  }
}

async function approveCommand(hub: Control, server: string, json: boolean): Promise<number> {
  const result = await call(hub, "approveCommand", { name: server });
  if (!result.ok) return failed(result.error);
  const snapshot = await call(hub, "getSnapshot", {});
  const command = snapshot.ok ? snapshot.value.servers.find(({ name }) => name === server)?.command : null;
  if (json) process.stdout.write(`${JSON.stringify({ server, command: command ?? null }, null, 2)}\n`);
  else say(`${server} may run now${command ? `: ${command}` : ""}.`);
  return EXIT.done;
}

/** `names`: null, all that changed. What is allowed is what is printed, though the server may change it once more. */
async function approveTools(
  hub: Control,
  server: string,
  names: readonly string[] | null,
  json: boolean,
): Promise<number> {
  const listed = await call(hub, "listTools", { server });
  if (!listed.ok) return failed(listed.error);
  const changed = listed.value.tools.filter(({ state }) => state === "changed");
  const strangers = names?.filter((name) => !changed.some((tool) => tool.name === name)) ?? [];
  if (strangers.length > 0) {
    say(`Of ${server} these have not changed: ${strangers.join(", ")}. See gatehouse tools ${quoteName(server)}.`);
    return EXIT.failed;
  }
  const meant = changed.filter(({ name }) => names === null || names.includes(name));
  const done = (approved: readonly string[], text: string): number => {
    if (json) process.stdout.write(`${JSON.stringify({ server, approved }, null, 2)}\n`);
    else say(text);
    return EXIT.done;
  };
  if (meant.length === 0) return done([], `No tool of ${server} is held back for a change.`);
  if (!json) process.stdout.write(meant.map((tool) => lines(tool, widest(meant))).join(""));
  const versions = meant.map(({ name, version }) => ({ name, ...(version === null ? {} : { version }) }));
  const result = await call(hub, "approveTools", { server, tools: versions });
  if (!result.ok) return failed(result.error);
  const { approved } = result.value;
  return done(approved, `Agents get ${approved.join(", ")} of ${server} as it is now.`);
}

function widest(listed: readonly ToolStatus[]): number {
  return Math.max(0, ...listed.map(({ name }) => name.length));
}

function lines({ name, state, changes }: ToolStatus, width: number): string {
  const differences = changes.flatMap(({ field, before, after }) => [
    `    ${field}`,
    ...marked("-", before),
    ...marked("+", after),
  ]);
  return [`${name.padEnd(width)}  ${toolStateText(state).label}`, ...differences, ""].join("\n");
}

function marked(mark: string, text: string | null): string[] {
  return text === null ? [] : text.split("\n").map((line) => `      ${mark} ${line}`);
}
