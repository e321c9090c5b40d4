/** `gatehouse list` and `gatehouse remove`: the servers of `servers.json`. */
import { parseArgs } from "node:util";
import { accountLabel } from "../preload/accounts.ts";
import type { ServerStatus } from "../preload/api.ts";
import { count, serverText } from "../preload/text.ts";
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";
import { bold, canAsk, confirmed, dim, toned } from "./cli-terminal.ts";

export async function list(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean", default: false } } });
  const hub = await control(true);
  try {
    const result = await call(hub, "getSnapshot", {});
    if (!result.ok) return failed(result.error);
    const { servers, config } = result.value;
    if (values.json) process.stdout.write(`${JSON.stringify({ servers }, null, 2)}\n`);
    else process.stdout.write(servers.map((server) => line(server, servers)).join(""));
    if (config.error !== null && !values.json) say(`${config.error.message} ${config.error.suggestion}`);
    if (servers.length === 0 && !values.json) {
      say("There are no servers yet. To find one: gatehouse catalogue, or gatehouse registry <words>");
    }
    return EXIT.done;
  } finally {
    hub.close();
  }
}

function line(server: ServerStatus, all: readonly ServerStatus[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  const { label, tone } = serverText(server);
  const where = server.command ?? (server.url === null ? "" : hostOf(server.url));
  return `${bold(server.name.padEnd(width))}  ${toned(tone, label)}${where === "" ? "" : `  ${dim(where)}`}\n`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

export async function remove(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { yes: { type: "boolean", short: "y", default: false } },
  });
  const [name, ...more] = positionals;
  if (!name || more.length > 0) throw new Usage("Usage: gatehouse remove <server> [--yes]");
  const hub = await control(true);
  try {
    const snapshot = await call(hub, "getSnapshot", {});
    if (!snapshot.ok) return failed(snapshot.error);
    const server = snapshot.value.servers.find((one) => one.name === name.normalize("NFC"));
    if (server !== undefined) for (const sentence of lost(server)) say(sentence);
    if (!values.yes) {
      if (!canAsk()) throw new Usage("Nobody is there to be asked; --yes removes it all the same.");
      if (server !== undefined && !(await confirmed(`Remove ${server.name}?`))) {
        say("Nothing was removed.");
        return EXIT.failed;
      }
    }
    const result = await call(hub, "removeServer", { name });
    if (!result.ok) return failed(result.error);
    say(`${name} is removed.`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}

/** What goes with it, a sentence each. */
function lost(server: ServerStatus): string[] {
  const signedIn = server.accounts.filter(({ state }) => state !== "signed_out").map(({ name }) => accountLabel(name));
  const users = server.agent_names.join(", ") || count(server.agents, "agent");
  return [
    `The entry of ${server.name} goes out of servers.json, with all its settings.`,
    ...(signedIn.length === 0
      ? []
      : [`You are signed out there, and the tokens are revoked (${signedIn.join(", ")}).`]),
    ...(server.agents === 0 ? [] : [`${users} cannot use it any more.`]),
  ];
}
