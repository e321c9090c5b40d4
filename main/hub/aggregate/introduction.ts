/** How all servers as one introduce themselves, from what is known of them. */
import { VERSION } from "../../version.ts";
import type { KnownServer } from "../provisional.ts";
import type { Member } from "./member.ts";

/** Characters. */
const MOST_OF_ONE = 2_000;
const MOST = 10_000;

/** Every list may change, for servers come and go; what none of them has stays empty. */
export function introduction(name: string, members: readonly Member[], isLazy: boolean): KnownServer {
  const instructions = isLazy ? onlyNames(members) : eachUnderItsName(members);
  return {
    capabilities: {},
    serverInfo: { name, title: "Gatehouse", version: VERSION },
    instructions: instructions === "" ? null : instructions.slice(0, MOST),
  };
}

function eachUnderItsName(members: readonly Member[]): string {
  return members
    .flatMap(({ name, part, instructions }) =>
      instructions === null ? [] : [`# ${name} (tools ${part}__…)\n${instructions.slice(0, MOST_OF_ONE)}`],
    )
    .join("\n\n");
}

/** Lazy mode spares the model's context. */
function onlyNames(members: readonly Member[]): string {
  if (members.length === 0) return "";
  const names = members.map(({ name }) => name).join(", ");
  return `These servers are behind find_tools: ${names}. Find a tool, then call it with call_tool.`;
}
