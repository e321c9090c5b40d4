/** `gatehouse catalogue` and `gatehouse registry`: servers that one could add. */
import { parseArgs } from "node:util";
import type { CatalogueItem, RegistryItem } from "../preload/api-config.ts";
import { call, control, EXIT, failed, quoteName, say, Usage } from "./cli-base.ts";
import { bold, busy, dim } from "./cli-terminal.ts";

export async function catalogue(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const hub = await control(true);
  try {
    const result = await call(hub, "catalogue", {});
    if (!result.ok) return failed(result.error);
    const words = positionals.flatMap((word) => word.toLowerCase().split(/\s+/)).filter((word) => word !== "");
    const items = result.value.items.filter((item) => holds(item, words));
    if (values.json) process.stdout.write(`${JSON.stringify({ items }, null, 2)}\n`);
    else process.stdout.write(items.map((item) => catalogueLine(item, items)).join(""));
    if (items.length > 0) return EXIT.done;
    say(
      `The catalogue has nothing about “${positionals.join(" ")}”. The MCP Registry has more: gatehouse registry <words>`,
    );
    return EXIT.failed;
  } finally {
    hub.close();
  }
}

function holds({ id, title, about, category, url }: CatalogueItem, words: readonly string[]): boolean {
  const text = [id, title, about, category, url].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function catalogueLine({ id, about, url, client }: CatalogueItem, all: readonly CatalogueItem[]): string {
  const width = Math.max(...all.map((item) => item.id.length));
  const hand = client === null ? "" : ` Wants ${client.kind} of your own.`;
  return `${bold(id.padEnd(width))}  ${about}${hand}\n${" ".repeat(width)}  ${dim(url)}\n`;
}

export async function registry(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, cursor: { type: "string" } },
  });
  const query = positionals.join(" ").trim();
  if (query === "") throw new Usage("Usage: gatehouse registry <words> [--json] [--cursor <cursor>]");
  const hub = await control(true);
  const rest = busy("Asking the MCP Registry");
  try {
    const result = await call(hub, "searchRegistry", {
      query,
      ...(values.cursor === undefined ? {} : { cursor: values.cursor }),
    });
    rest();
    if (!result.ok) return failed(result.error);
    const { items, cursor } = result.value;
    if (values.json) process.stdout.write(`${JSON.stringify(result.value, null, 2)}\n`);
    else process.stdout.write(items.map(registryLines).join("\n"));
    if (cursor !== null && !values.json)
      say(`There is more: gatehouse registry ${quoteName(query)} --cursor ${cursor}`);
    if (items.length > 0 || cursor !== null) return EXIT.done;
    say(`The MCP Registry has no server with “${query}” in its name.`);
    return EXIT.failed;
  } finally {
    rest();
    hub.close();
  }
}

function registryLines({ name, title, description, version, entry, wants }: RegistryItem): string {
  const { url, command, args = [] } = entry as { url?: string; command?: string; args?: readonly string[] };
  const where = url ?? `${[command, ...args].join(" ")} (runs on this computer, once you have allowed it)`;
  const asks = wants.map(
    (want) => `${want.name}${want.secret ? ", a secret" : ""}${want.description ? `: ${want.description}` : ""}`,
  );
  return [
    [bold(name), version ?? "", title === null ? "" : dim(title)].filter((part) => part !== "").join("  "),
    ...(description === "" ? [] : [`    ${description}`]),
    `    ${dim(where)}`,
    ...asks.map((ask) => `    wants ${ask}`),
    "",
  ].join("\n");
}
