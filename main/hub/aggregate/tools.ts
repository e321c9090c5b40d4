/** What an agent that has all servers as one gets as tools. */
import type { Item } from "./lists.ts";
import type { Member } from "./member.ts";
import { exposedName, splitName } from "./names.ts";

/** A request of the agent's that wants an answer, once. */
export interface AgentRequest {
  readonly line: Buffer;
  result(result: unknown): void;
  error(code: number, message: string, data?: unknown): void;
  /** A server's answer, under an id that is not the agent's. */
  answer(line: Buffer): void;
  /** Hands the request over to a server, whose answer is passed on, or given to `answered` instead. */
  forward(member: Member, line: Buffer, answered?: (line: Buffer) => void): void;
  /** Something is under way that ends with one of these; when it fails, the failure is the answer. */
  until(work: Promise<void>): void;
}

/** What the servers have to say to whoever offers their tools. */
export interface Servers {
  members(): readonly Member[];
  /** Why nothing can be called that has this server's part in its name. */
  absence(exposed: string): string;
}

export interface ToolFace {
  /** Servers begin when they are first used, not with the agent's session. */
  readonly startsLate: boolean;
  list(request: AgentRequest): Promise<void>;
  call(request: AgentRequest, name: string): Promise<void>;
}

export interface Found {
  readonly member: Member;
  /** As its server calls it. */
  readonly name: string;
}

/** Which server's it is. Asks the server for its list when only that can tell. Null: there is none. */
export async function findNamed(
  members: readonly Member[],
  kind: "tools" | "prompts",
  exposed: string,
): Promise<Found | null> {
  const split = splitName(exposed);
  const member = members.find(({ part }) => part === split?.part);
  if (split === null || member === undefined) return null;
  if (split.name !== null) return { member, name: split.name };
  const among = (items: readonly Item[] | null): Found | null => {
    const item = items?.find(({ name }) => typeof name === "string" && exposedName(member.name, name) === exposed);
    return item === undefined ? null : { member, name: String(item.name) };
  };
  return among(member.lists.known(kind)) ?? among(await member.lists.soon(kind));
}

/** A server's tools or prompts under the names that the agent knows, each name once. */
export function exposed(member: Member, items: readonly Item[]): Item[] {
  const byName = new Map<string, Item>();
  for (const item of items) {
    const name = exposedName(member.name, String(item.name));
    if (!byName.has(name)) byName.set(name, { ...item, name });
  }
  return [...byName.values()];
}
