/** `gatehouse status`: what is running, and who needs you. */
import { parseArgs } from "node:util";
import { accountToAllow, accountToSignIn, accountWords, hasSeveral } from "../preload/accounts.ts";
import type { ServerStatus, Snapshot } from "../preload/api.ts";
import { changedTools, count, serverText, vaultText, wantsMore } from "../preload/text.ts";
import { call, control, EXIT, failed, quoteName, say } from "./cli-base.ts";
import { bold, toned } from "./cli-terminal.ts";

export async function status(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean", default: false } } });
  const hub = await control(false);
  try {
    const result = await call(hub, "probe", {});
    if (!result.ok) return failed(result.error);
    const snapshot = result.value;
    if (values.json) process.stdout.write(`${JSON.stringify(snapshot, null, 2)}\n`);
    else process.stdout.write(table(snapshot));
    const needy = snapshot.servers.filter((server) => server.state === "sign_in_required");
    for (const server of needy) {
      const account = accountToSignIn(server);
      const option = account === null ? "" : ` --account ${quoteName(account)}`;
      if (!values.json) say(`To sign in: gatehouse login ${quoteName(server.name)}${option}`);
    }
    for (const server of snapshot.servers.filter(wantsMore)) {
      const account = accountToAllow(server);
      const option = account === null ? "" : ` --account ${quoteName(account)}`;
      if (!values.json) say(`To allow more access: gatehouse login ${quoteName(server.name)}${option}`);
    }
    for (const server of snapshot.servers.filter((one) => changedTools(one).length > 0)) {
      if (!values.json) say(`To see what has changed: gatehouse tools ${quoteName(server.name)}`);
    }
    if (snapshot.paused && !values.json) say("Everything is paused. To go on: gatehouse resume");
    return needy.length > 0 ? EXIT.needsSignIn : EXIT.done;
  } finally {
    hub.close();
  }
}

function table(snapshot: Snapshot): string {
  const lines: string[] = [];
  const { hub, config } = snapshot;
  lines.push(`Gatehouse ${hub.version}, process ${hub.pid}. ${vaultText(hub.vault, process.platform).label}.`);
  if (config.error !== null) lines.push(`${config.error.message} ${config.error.suggestion}`);
  const { approvals_error: lost } = hub;
  if (lost !== undefined) lines.push(`${lost.message} ${lost.suggestion}`);
  if (snapshot.servers.length === 0) lines.push(`No servers yet. They go into ${config.path}.`);
  const width = Math.max(0, ...snapshot.servers.map((server) => server.name.length));
  for (const server of snapshot.servers) {
    lines.push(`  ${bold(server.name.padEnd(width))}  ${describe(server)}`);
    if (server.error !== null)
      lines.push(`  ${" ".repeat(width)}  ${server.error.message} ${server.error.suggestion} (${server.error.code})`);
    for (const account of namedAccounts(server)) lines.push(`  ${" ".repeat(width)}  ${account}`);
  }
  return `${lines.join("\n")}\n`;
}

/** A line for each account, where there is more to say than the server's own line does. */
function namedAccounts(server: ServerStatus): string[] {
  if (!hasSeveral(server) && (server.accounts[0]?.name ?? "default") === "default") return [];
  return server.accounts.map((account) => {
    const mark = account.default ? " (used by default)" : "";
    return `${account.name}${mark}: ${accountWords(account).label}`;
  });
}

function describe(server: ServerStatus): string {
  const { label, tone } = serverText(server);
  const parts = [toned(tone, label)];
  if (server.tools !== null) parts.push(count(server.tools, "tool"));
  if (server.agents > 0) parts.push(`used by ${server.agent_names.join(", ") || count(server.agents, "agent")}`);
  if (server.ad_hoc) parts.push("set up by an agent");
  return parts.join(", ");
}
