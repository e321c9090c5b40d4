/** Every verb of the terminal, in the order in which help shows them. A new one goes here, and nowhere else. */
import { activity } from "./cli-activity.ts";
import { agents, install, uninstall } from "./cli-agents.ts";
import { catalogue, registry } from "./cli-catalogue.ts";
import { completion, SHELLS } from "./cli-completion.ts";
import { doctor } from "./cli-doctor.ts";
import { JSON_OPTION, type Verb } from "./cli-help.ts";
import { hub } from "./cli-hub.ts";
import { add, importServers } from "./cli-import.ts";
import { list, remove } from "./cli-list.ts";
import { logs } from "./cli-logs.ts";
import { secret } from "./cli-secret.ts";
import { pause, resume, settings } from "./cli-settings.ts";
import { login, logout } from "./cli-sign-in.ts";
import { status } from "./cli-status.ts";
import { approve, tools } from "./cli-tools.ts";
import { use } from "./cli-use.ts";
import { vault } from "./cli-vault.ts";

const PROJECT = { flag: "--project", value: "[folder]", takes: "file", about: "a project's file, not yours" } as const;
const CHANGE = [
  PROJECT,
  { flag: "--dry-run", about: "only show the change" },
  { flag: "--yes", short: "-y", about: "do not ask" },
  { ...JSON_OPTION, about: "say what was changed as JSON" },
] as const;
const ADD = { flag: "--add", value: "<name>", about: "put this one into servers.json" } as const;
const ADDING = [
  { flag: "--as", value: "<name>", about: "call it so" },
  { flag: "--set", value: "<WORD=value>", about: "what only you know, as it asks for it; repeatable" },
  { flag: "--secret-stdin", about: "take its secret from stdin, into the vault" },
] as const;
const ACCOUNT = { flag: "--account", value: "<name>", takes: "account" } as const;

export const VERBS: readonly Verb[] = [
  {
    name: "connect",
    group: "For agents",
    usage: ["<server>[@account]", "", "--lazy", "<url> [options]"],
    about: "speak MCP on stdin and stdout with this server: what agents start",
    more: [
      "Without a server: with all of them as one, their tools called server__tool.",
      "With a URL it takes what mcp-remote takes: gatehouse connect <url> --help.",
    ],
    takes: ["server"],
    options: [{ flag: "--lazy", about: "all servers as three tools that find, describe and call the others" }],
    // The hot path has its own way in (index.ts).
    run: () => Promise.resolve(null),
  },
  {
    name: "agents",
    group: "For agents",
    usage: ["", "undo <id>"],
    about: "the agents on this machine, and which go through Gatehouse",
    takes: [["undo"], "text"],
    options: [{ flag: "--all", about: "those too that are not here" }, PROJECT, JSON_OPTION],
    run: agents,
  },
  {
    name: "install",
    group: "For agents",
    usage: ["<client>"],
    about: "write Gatehouse into an agent's own configuration, with a backup",
    more: ["It shows the exact change first; gatehouse agents undo takes it back."],
    takes: ["client"],
    options: [
      { flag: "--server", value: "<name>", takes: "server", about: "this server by name, not all as one; repeatable" },
      { flag: "--lazy", about: "all servers as three tools that find, describe and call the others" },
      ...CHANGE,
    ],
    run: install,
  },
  {
    name: "uninstall",
    group: "For agents",
    usage: ["<client>"],
    about: "take it out again",
    takes: ["client"],
    options: CHANGE,
    run: uninstall,
  },
  {
    name: "list",
    group: "Servers",
    usage: [""],
    about: "the servers that are set up",
    options: [JSON_OPTION],
    run: list,
  },
  {
    name: "add",
    group: "Servers",
    usage: ["<name> <url>", "<name> -- <command> [args…]"],
    about: "put a server into servers.json",
    takes: ["text"],
    run: add,
  },
  {
    name: "import",
    group: "Servers",
    usage: ["<file|client|url>", "-"],
    about: "take over servers from a file, an agent, or a snippet on stdin (-)",
    more: [
      "It shows what each becomes. Secrets go into the vault; programs wait for your leave (gatehouse approve).",
      "What is understood: docs/import.md.",
    ],
    takes: ["file"],
    options: [
      { flag: "--only", value: "<name>", about: "only this one; repeatable" },
      { flag: "--replace", about: "the agent whose file it is reaches them through Gatehouse from then on" },
      { flag: "--dry-run", about: "only show what each becomes" },
      JSON_OPTION,
    ],
    run: importServers,
  },
  {
    name: "remove",
    group: "Servers",
    usage: ["<server>"],
    about: "take a server out of servers.json and sign out of it",
    more: ["It says what is lost and asks first."],
    takes: ["server"],
    options: [{ flag: "--yes", short: "-y", about: "do not ask" }],
    run: remove,
  },
  {
    name: "catalogue",
    group: "Servers",
    usage: ["[words]", "--add <name>"],
    about: "servers that Gatehouse knows beforehand, and adding one",
    takes: ["text"],
    options: [{ ...ADD, takes: "catalogue" }, ...ADDING, JSON_OPTION],
    run: catalogue,
  },
  {
    name: "registry",
    group: "Servers",
    usage: ["<words>", "--add <name>"],
    about: "search the official MCP Registry by name",
    more: ["GATEHOUSE_REGISTRY names another registry of the same kind."],
    takes: ["text"],
    options: [
      { flag: "--cursor", value: "<cursor>", about: "go on where an earlier answer ended" },
      ADD,
      ...ADDING,
      { flag: "--local", about: "as a program of this computer, where it is also offered elsewhere" },
      JSON_OPTION,
    ],
    run: registry,
  },
  {
    name: "login",
    group: "Signing in",
    usage: ["<server|url>"],
    about: "sign in, in the browser",
    takes: ["server"],
    options: [
      { flag: "--no-browser", about: "open nothing; print the address and take the pasted callback address" },
      { ...ACCOUNT, about: "which identity, if you have several; <server>@<account> says the same" },
      { flag: "--timeout", value: "<seconds>", about: "how long to wait for you (default 300)" },
      { flag: "--refresh-token-stdin", about: "no browser: take a refresh token that you have already, from stdin" },
    ],
    run: login,
  },
  {
    name: "logout",
    group: "Signing in",
    usage: ["<server|url>"],
    about: "sign out and revoke the tokens",
    takes: ["server"],
    options: [
      { ...ACCOUNT, about: "<server>@<account> says the same" },
      { flag: "--keep-remote", about: "forget the tokens here, leave them valid there" },
    ],
    run: logout,
  },
  {
    name: "use",
    group: "Signing in",
    usage: ["<server>@<account>"],
    about: "the account that agents mean when they name none",
    takes: ["server"],
    run: use,
  },
  {
    name: "vault",
    group: "Signing in",
    usage: ["status", "move keychain|file"],
    about: "where sign-ins are kept; moves them all",
    takes: [
      ["status", "move"],
      ["keychain", "file"],
    ],
    options: [JSON_OPTION],
    run: vault,
  },
  {
    name: "secret",
    group: "Signing in",
    usage: ["set <name>", "list", "remove <name>"],
    about: "values for ${keychain:<name>} in servers.json; set reads one from stdin",
    takes: [["set", "list", "remove"], "text"],
    options: [JSON_OPTION],
    run: secret,
  },
  {
    name: "tools",
    group: "Tools",
    usage: ["<server>"],
    about: "which of its tools agents get, and what has changed in the others",
    takes: ["server"],
    options: [JSON_OPTION],
    run: tools,
  },
  {
    name: "approve",
    group: "Tools",
    usage: ["<server> <tool…>", "<server> --all", "<server> --command"],
    about: "let agents use changed tools as they are now",
    takes: ["server", "text"],
    options: [
      { flag: "--all", about: "every one that changed" },
      { flag: "--command", about: "let a local server run that came from elsewhere" },
      JSON_OPTION,
    ],
    run: approve,
  },
  {
    name: "status",
    group: "Looking",
    usage: [""],
    about: "what is running, and who needs you; starts nothing",
    options: [JSON_OPTION],
    run: status,
  },
  {
    name: "doctor",
    group: "Looking",
    usage: ["[server]"],
    about: "what is wrong, and the one thing to do about each",
    more: [
      "It looks at Gatehouse, vault, clock, proxy, each server's metadata, registration and sign-in, and each agent's file.",
      "Exit code 3: nothing is wrong but sign-ins that are needed.",
    ],
    takes: ["server"],
    options: [JSON_OPTION],
    run: doctor,
  },
  {
    name: "activity",
    group: "Looking",
    usage: [""],
    about: "sign-ins and refreshes, step by step",
    options: [
      { flag: "--request-id", value: "<id>", about: "only this one: a request id or a correlation id of an error" },
      { flag: "--server", value: "<name>", takes: "server", about: "only this server's" },
      { flag: "--limit", value: "<count>", about: "how many (default 50)" },
      JSON_OPTION,
    ],
    run: activity,
  },
  {
    name: "logs",
    group: "Looking",
    usage: ["[server]"],
    about: "the log, readably; read from its files, whatever else works",
    takes: ["server"],
    options: [
      { flag: "--follow", short: "-f", about: "go on with what is written" },
      { flag: "--lines", short: "-n", value: "<count>", about: "how many at first (default 200)" },
      JSON_OPTION,
    ],
    run: logs,
  },
  {
    name: "settings",
    group: "Gatehouse itself",
    usage: ["[<name> [<value>]]"],
    about: "settings of the app; sets one, when a value is given",
    takes: ["setting", "text"],
    options: [JSON_OPTION],
    run: settings,
  },
  {
    name: "pause",
    group: "Gatehouse itself",
    usage: [""],
    about: "let no agent reach a server until resume",
    run: pause,
  },
  {
    name: "resume",
    group: "Gatehouse itself",
    usage: [""],
    about: "let agents reach their servers again",
    run: resume,
  },
  {
    name: "hub",
    group: "Gatehouse itself",
    usage: [""],
    about: "run the hub in the foreground, without a window",
    run: hub,
  },
  {
    name: "completion",
    group: "Gatehouse itself",
    usage: [SHELLS.join("|")],
    about: "a script that lets your shell complete commands, options, servers and accounts",
    more: ["The script's first line says where it goes."],
    takes: [SHELLS],
    run: completion,
  },
];
