/** What a server is called that came without a name, or with one that does not fit or is taken. */
import { checkName, MAX_NAME, normalName } from "../../names.ts";
import { type Program, programOf } from "./programs.ts";

/** Parts of host names that say nothing of whose server it is. */
const DULL = new Set(["www", "mcp", "api", "app", "server", "remote", "mcp-server", "sse", "ai", "gateway", "prod"]);
/** Below these, as below `co.uk`, the part in front is the name. */
const SECOND_LEVEL = new Set(["co", "com", "org", "net", "gov", "ac", "edu"]);
/** Where others' servers are hosted: the part in front of these tells them apart. */
const HOSTS =
  /\.(workers\.dev|vercel\.app|netlify\.app|fly\.dev|run\.app|azurewebsites\.net|onrender\.com|herokuapp\.com)$/;

/** `https://mcp.linear.app/mcp` → `linear`. Always fit. */
export function nameForUrl(url: string): string {
  if (!URL.canParse(url)) return "server";
  const { hostname, pathname } = new URL(url);
  const path = pathname.split("/").find((part) => part !== "" && !DULL.has(part) && !/^v\d/.test(part));
  if (hostname === "localhost" || /^[\d.]+$|^\[/.test(hostname)) return fitName(path ?? "local");
  const labels = hostname.replace(HOSTS, ".x").split(".").slice(0, -1);
  while (labels.length > 1 && SECOND_LEVEL.has(labels.at(-1) ?? "")) labels.pop();
  const telling = labels.filter((label) => !DULL.has(label));
  return fitName(telling.at(-1) ?? labels.at(-1) ?? "server");
}

/** `npx -y @modelcontextprotocol/server-filesystem /home/me` → `filesystem`. Always fit. */
export function nameForCommand(command: string, args: readonly string[]): string {
  const program = programOf([command, ...args]);
  const found = imageOf(program) ?? program.name;
  const first = command.split(/\s/)[0] ?? command;
  // A line of code is no name.
  const name = /[\s|&;]/.test(found) || /\s/.test(command) ? (first.split(/[/\\]/).at(-1) ?? first) : found;
  const [scope, base = name] = name.startsWith("@") ? name.slice(1).split("/") : [undefined, name];
  const file =
    base
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.[cm]?[jt]s$|\.py$/, "") ?? base;
  const bare = file.replace(/^(mcp-server|server|mcp)[-_.]/, "").replace(/[-_.](mcp-server|mcp|server)$/, "");
  const dull = bare === "" || /^(mcp|server|index|main|cli)$/.test(bare);
  return fitName(dull ? (scope ?? file) : bare);
}

/** Options of `docker run` that take a value of their own. */
const VALUED =
  /^(-[evpuwhlm]|--(env|volume|publish|user|workdir|name|mount|network|net|platform|env-file|entrypoint|hostname|label|memory|add-host|pull))$/;

/** `docker run … ghcr.io/github/github-mcp-server:1` → `github-mcp-server`; null: it runs no image. */
function imageOf({ name, args }: Program): string | null {
  if (!/^(docker|podman)$/.test(name) || args[0] !== "run") return null;
  for (let at = 1; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (VALUED.test(arg)) at += 1;
    else if (!arg.startsWith("-"))
      return (
        arg
          .split("/")
          .at(-1)
          ?.replace(/[:@].*$/, "") ?? null
      );
  }
  return null;
}

function fitName(name: string): string {
  const check = checkName(name);
  return check.ok ? name : check.suggestion;
}

/** The name, fit and not `taken`; it is taken from then on. */
export function takeName(wanted: string, taken: Set<string>): string {
  const fit = normalName(fitName(normalName(wanted)));
  let name = fit;
  for (let n = 2; taken.has(name); n += 1) {
    const end = `-${n}`;
    name =
      Array.from(fit)
        .slice(0, MAX_NAME - end.length)
        .join("") + end;
  }
  taken.add(name);
  return name;
}
