/** `gatehouse catalogue` and `gatehouse registry`: servers that one could add. */
import { parseArgs } from "node:util";
import type { CatalogueItem, RegistryItem } from "../preload/api-config.ts";
import { ADD_OPTIONS, addOffer, filled, type How, textsOf } from "./cli-adding.ts";
import { call, control, EXIT, failed, quoteName, say, Usage } from "./cli-base.ts";
import { bold, busy, dim } from "./cli-terminal.ts";
import type { Control } from "./control.ts";

export async function catalogue(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...ADD_OPTIONS, json: { type: "boolean", default: false } },
  });
  const hub = await control(true);
  try {
    const result = await call(hub, "catalogue", {});
    if (!result.ok) return failed(result.error);
    if (values.add !== undefined) return await addKnown(hub, values.add, result.value.items, howOf(values));
    const words = positionals.flatMap((word) => word.toLowerCase().split(/\s+/)).filter((word) => word !== "");
    const items = result.value.items.filter((item) => holds(item, words));
    if (values.json) process.stdout.write(`${JSON.stringify({ items }, null, 2)}\n`);
    else process.stdout.write(items.map((item) => catalogueLine(item, items)).join(""));
    if (items.length > 0 && !values.json) say("To add one: gatehouse catalogue --add <its first word>");
    if (items.length > 0) return EXIT.done;
    say(`The catalogue has nothing about “${positionals.join(" ")}”. The MCP Registry: gatehouse registry <words>`);
    return EXIT.failed;
  } finally {
    hub.close();
  }
}

/** Words in capitals stand for what only the person knows. */
const WORD = /\b[A-Z][A-Z_]{4,}\b/g;
const KEYCHAIN = /\$\{keychain:([^}]+)\}/g;

async function addKnown(hub: Control, id: string, items: readonly CatalogueItem[], how: How): Promise<number> {
  const item = items.find((one) => one.id === id);
  if (item === undefined) throw new Usage(`The catalogue has no “${id}”. See gatehouse catalogue.`);
  const { client, url } = item;
  const entry = withOwnSecret(item, how.as);
  const texts = textsOf(entry);
  const where = client === null ? "" : client.where === null ? "" : ` at ${client.where}`;
  const redirect = client?.redirect_uri ? ` with the redirect URI ${client.redirect_uri}` : "";
  const aboutOf = (word: string): string =>
    word === "CLIENT_ID" && client !== null
      ? `of ${client.kind} that you make${where}${redirect}`
      : `in its ${url.includes(word) ? "address" : "settings"}`;
  const words = new Set(texts.flatMap((text) => text.match(WORD) ?? []));
  return addOffer(
    hub,
    {
      name: item.id,
      entry,
      gaps: [...words].map((word) => ({ word, about: aboutOf(word) })),
      secrets: secretsOf(texts),
    },
    how,
  );
}

/** Two entries of the same server have two secrets. */
function withOwnSecret({ id, entry }: CatalogueItem, as: string | undefined): CatalogueItem["entry"] {
  if (as === undefined) return entry;
  const name = as.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "") || id;
  return filled(entry, new Map([[`\${keychain:${id}-`, `\${keychain:${name.slice(0, 40)}-`]]));
}

function secretsOf(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(KEYCHAIN)].map(([, name = ""]) => name)))];
}

interface AddValues {
  readonly as?: string | undefined;
  readonly set: string[];
  readonly "secret-stdin": boolean;
}

function howOf({ as, set, "secret-stdin": secretStdin }: AddValues): How {
  return { as, set, secretStdin };
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
    options: {
      ...ADD_OPTIONS,
      local: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      cursor: { type: "string" },
    },
  });
  const query = (values.add ?? positionals.join(" ")).trim();
  if (query === "") throw new Usage("Usage: gatehouse registry <words>, or gatehouse registry --add <name>");
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
    if (values.add !== undefined) return await addListed(hub, values.add, items, values.local, howOf(values));
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

/** `local`: as a program of this computer, where it is also offered elsewhere. */
async function addListed(
  hub: Control,
  name: string,
  items: readonly RegistryItem[],
  local: boolean,
  how: How,
): Promise<number> {
  const offered = items.filter((item) => item.name === name);
  const item = offered.find(({ entry }) => "command" in entry === local) ?? offered[0];
  if (item === undefined) throw new Usage(`The MCP Registry has no “${name}” that can be used here.`);
  const { entry, wants } = item;
  return addOffer(
    hub,
    {
      name: name.slice(name.indexOf("/") + 1),
      entry,
      gaps: wants
        .filter(({ secret }) => !secret)
        .map((want) => ({ word: `\${${want.name}}`, about: want.description ?? "" })),
      secrets: wants.filter(({ secret }) => secret).map((want) => want.name),
    },
    how,
  );
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
