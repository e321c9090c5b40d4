/** What windows and logs see of a server, where that is not what is in force: references as written, literal secrets hidden. */
import { hideInValue } from "./hidden.ts";
import type { RemoteServer, ServerConfig, StdioServer } from "./types.ts";

/** `written`: the entry as the file has it. */
export function withShown(server: ServerConfig, written: Readonly<Record<string, unknown>>): ServerConfig {
  return server.type === "stdio" ? withShownCommand(server, written) : withShownUrl(server, written);
}

function withShownCommand(server: StdioServer, { command, args, env }: Readonly<Record<string, unknown>>): StdioServer {
  const words = [command, ...(Array.isArray(args) ? args : [])].map(String);
  const variables = Object.entries((env ?? {}) as Readonly<Record<string, string>>);
  // Whoever is to judge a command by its looks has to see all of it: it may hide itself in what looks like a secret.
  const literal = hideInValue(server.approved === false ? {} : { command, args: words.slice(1), env });
  const hidden = [
    ...words.map((word, n) => standsFor(word, [server.command, ...server.args][n] ?? "")),
    ...variables.map(([key, value]) => standsFor(value, server.env[key] ?? "")),
    ...literal.secrets.values(),
  ].filter((part) => part !== null);
  if (hidden.length === 0) return server;
  const { command: first = words[0], args: others = words.slice(1) } = literal.value as Partial<StdioServer>;
  return { ...server, shownCommand: [first, ...others].join(" "), hidden: [...new Set(hidden)] };
}

function withShownUrl(server: RemoteServer, { url }: Readonly<Record<string, unknown>>): RemoteServer {
  const { value } = hideInValue({ url: String(url) });
  const shown = (value as { url: string }).url;
  return shown === server.url ? server : { ...server, shownUrl: urlAsWritten(shown, server.url) };
}

/** What the references of `written` became in `value`, with the text between them; null when it has none. */
function standsFor(written: string, value: string): string | null {
  if (written === value) return null;
  const before = written.indexOf("${");
  const behind = written.length - written.lastIndexOf("}") - 1;
  const part = value.slice(Math.max(0, before), value.length - behind);
  return part === "" ? null : part;
}

/** Where it leads, for everybody to see, and behind that the text of the file. */
function urlAsWritten(written: string, url: string): string {
  const behind = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*(.*)$/isu.exec(written)?.[1] ?? "";
  return `${new URL(url).origin}${behind}`;
}
