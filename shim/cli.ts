/** The verbs for a terminal, over the same pipe as everything else. Loaded only when one is called. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accountToAllow, accountToSignIn, accountWords, hasSeveral } from "../preload/accounts.ts";
import type { ServerStatus, Snapshot } from "../preload/api.ts";
import { changedTools, count, serverText, vaultText, wantsMore } from "../preload/text.ts";
import { activity } from "./cli-activity.ts";
import { agents, install, uninstall } from "./cli-agents.ts";
import { call, control, EXIT, failed, quoteName, say, Unreachable, Usage } from "./cli-base.ts";
import { logs } from "./cli-logs.ts";
import { secret } from "./cli-secret.ts";
import { login, logout } from "./cli-sign-in.ts";
import { approve, tools } from "./cli-tools.ts";
import { use } from "./cli-use.ts";
import { vault } from "./cli-vault.ts";
import { HubGone } from "./control.ts";
import { gatehouseHome } from "./endpoint.ts";
import { VERSION } from "./version.ts";

const HELP = `Gatehouse: sign in to each remote MCP server once, use it from every agent.

Usage: gatehouse <command> [options]

For agents
  connect <server>[@account]     speak MCP on stdin and stdout with this server
  connect                        with all servers as one; their tools are called server__tool
      --lazy                     as three tools that find, describe and call the others
  connect <url> [options]        the same with a server that is not set up: takes what mcp-remote takes (--help)

For people
  login <server|url>             sign in, in the browser
      --no-browser               open nothing; print the address and take the pasted callback address
      --account <name>           which identity, if you have several
      --timeout <seconds>        how long to wait for you (default 300)
      --refresh-token-stdin      no browser: take a refresh token that you have already, from stdin
  logout <server|url>            sign out and revoke the tokens
      --account <name>           <server>@<account> says the same
      --keep-remote              forget the tokens here, leave them valid there
  use <server>@<account>         the account that agents mean when they name none
  vault status                   where sign-ins are kept
  vault move keychain|file       move them into the system's keychain or an encrypted file
  secret set <name>              put a value from stdin into the vault, for \${keychain:<name>} in servers.json
  secret list, secret remove <name>
  tools <server> [--json]        which of its tools agents get, and what has changed in the others
  approve <server> <tool…>       let agents use changed tools as they are now
      --all                      every one that changed
      --command                  let a local server run that came from elsewhere
  agents [--all] [--json]        the agents on this machine, and which go through Gatehouse
  install <client>               writes Gatehouse into the agent's own configuration, with a backup
      --server <name>…           these servers by name, not all as one; --lazy as above
      --project [folder]         into a project's file, not yours
      --dry-run, --yes, --json   only show the change; do not ask; say it as JSON
  uninstall <client>             takes it out again (--project, --dry-run, --yes, --json)
  status [--json]                what is running, and who needs you
  activity                       sign-ins and refreshes, step by step
      --request-id <id>          only this one: a request id or a correlation id, as errors show them
      --server <name>, --limit <count>, --json
  logs [server]                  the log, readably
      --follow, --lines <count>, --json
  hub                            run the hub in the foreground, without a window

  --help, --version

Exit codes: 0 done, 1 failed, 2 usage, 3 needs sign-in, 4 Gatehouse cannot be reached.
Files are in ${gatehouseHome(process.env)} (set GATEHOUSE_HOME to move them).
`;

export { remoteTarget } from "./cli-remote.ts";

/** Answers the exit code; null when the verb goes on by itself (`hub`). */
export async function runCli(verb: string | undefined, args: readonly string[]): Promise<number | null> {
  try {
    switch (verb) {
      case "--help":
      case "-h":
      case "help":
        process.stdout.write(HELP);
        return EXIT.done;
      case "--version":
      case "-v":
        process.stdout.write(`${VERSION}\n`);
        return EXIT.done;
      case "login":
        return await login(args);
      case "logout":
        return await logout(args);
      case "status":
        return await status(args);
      case "activity":
        return await activity(args);
      case "logs":
        return await logs(args);
      case "use":
        return await use(args);
      case "secret":
        return await secret(args);
      case "vault":
        return await vault(args);
      case "tools":
        return await tools(args);
      case "approve":
        return await approve(args);
      case "agents":
        return await agents(args);
      case "install":
        return await install(args);
      case "uninstall":
        return await uninstall(args);
      case "hub":
        return await hub(args);
      case undefined:
        process.stderr.write(HELP);
        return EXIT.usage;
      default:
        throw new Usage(`There is no command “${verb}”.`);
    }
  } catch (error) {
    if (error instanceof Usage || isParseArgsError(error)) {
      say(`${(error as Error).message}\nSee gatehouse --help.`);
      return EXIT.usage;
    }
    if (error instanceof Unreachable || error instanceof HubGone) {
      say(`Gatehouse cannot be reached: ${error.message}`);
      return EXIT.unreachable;
    }
    throw error;
  }
}

function isParseArgsError(error: unknown): boolean {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");
}

async function status(args: readonly string[]): Promise<number> {
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
    lines.push(`  ${server.name.padEnd(width)}  ${describe(server)}`);
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
  const parts = [serverText(server).label];
  if (server.tools !== null) parts.push(count(server.tools, "tool"));
  if (server.agents > 0) parts.push(`used by ${server.agent_names.join(", ") || count(server.agents, "agent")}`);
  if (server.ad_hoc) parts.push("set up by an agent");
  return parts.join(", ");
}

async function hub(args: readonly string[]): Promise<number | null> {
  const { values } = parseArgs({ args: [...args], options: { launched: { type: "boolean", default: false } } });
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 18)) {
    say(`The hub needs Node 20.18 or newer; this is ${process.versions.node}.`);
    return EXIT.failed;
  }
  const entry = join(__dirname, "..", "main", "headless.cjs");
  const { runHeadless } = require(entry) as { runHeadless(options: { launched: boolean }): Promise<number> };
  return runHeadless({ launched: values.launched });
}
