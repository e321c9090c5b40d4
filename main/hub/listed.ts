/** What a server lists, as a person gets to see it: texts cut, nothing hidden in them. */
import type { ListedPrompt, ListedResource, ListedTool } from "../../preload/api-config.ts";
import { record } from "../jsonrpc.ts";
import { cut, visible } from "../visible.ts";
import type { Item } from "./aggregate/lists.ts";
import type { ToolControl } from "./control/tool-control.ts";

/** Characters. */
const LONGEST_NAME = 300;
const LONGEST_TEXT = 4_000;
/** Characters of JSON; a longer schema is not shown. */
const LONGEST_SCHEMA = 256 * 1024;
const DEEPEST_SCHEMA = 60;

export function listedTool(tool: Item, control: ToolControl): ListedTool {
  const annotations = record(tool.annotations);
  return {
    ...control.status(String(tool.name)),
    title: nameOf(tool.title) ?? nameOf(annotations.title),
    description: textOf(tool.description),
    input_schema: schemaOf(tool.inputSchema),
    read_only: flagOf(annotations.readOnlyHint),
    destructive: flagOf(annotations.destructiveHint),
  };
}

export function listedPrompt(prompt: Item): ListedPrompt {
  const given = Array.isArray(prompt.arguments) ? prompt.arguments.map(record) : [];
  return {
    name: nameOf(prompt.name) ?? "",
    description: textOf(prompt.description),
    arguments: given.map((one) => ({
      name: nameOf(one.name) ?? "",
      description: textOf(one.description),
      required: one.required === true,
    })),
  };
}

export function listedResource(resource: Item, isTemplate: boolean): ListedResource {
  return {
    uri: nameOf(isTemplate ? resource.uriTemplate : resource.uri) ?? "",
    template: isTemplate,
    name: nameOf(resource.title) ?? nameOf(resource.name),
    description: textOf(resource.description),
    mime_type: nameOf(resource.mimeType),
  };
}

/** The item's name as it is shown in a list. */
export function shownName(item: Item): string {
  return visible(String(item.name));
}

function nameOf(value: unknown): string | null {
  return typeof value === "string" ? cut(visible(value), LONGEST_NAME) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? cut(visible(value), LONGEST_TEXT) : null;
}

function flagOf(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function schemaOf(value: unknown): ListedTool["input_schema"] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  try {
    if (JSON.stringify(value).length > LONGEST_SCHEMA) return null;
  } catch {
    return null;
  }
  return record(plain(value, 0));
}

/** Its words for people are cut and made visible; values stay, since a form is filled in with them. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST_SCHEMA) return {};
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      (name === "title" || name === "description") && typeof member === "string"
        ? textOf(member)
        : plain(member, depth + 1),
    ]),
  );
}
