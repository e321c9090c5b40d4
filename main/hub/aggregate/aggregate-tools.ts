/** All tools of all servers in one list. */
import { INVALID_PARAMS } from "../modern.ts";
import { withJsonAt } from "./edit.ts";
import { type AgentRequest, exposed, findNamed, type Servers, type ToolFace } from "./tools.ts";

export class AggregateTools implements ToolFace {
  readonly startsLate = false;
  readonly #servers: Servers;

  constructor(servers: Servers) {
    this.#servers = servers;
  }

  async list(request: AgentRequest): Promise<void> {
    const members = this.#servers.members();
    const lists = await Promise.all(members.map(async (member) => exposed(member, await member.lists.soon("tools"))));
    request.result({ tools: lists.flat() });
  }

  async call(request: AgentRequest, name: string): Promise<void> {
    const found = await findNamed(this.#servers.members(), "tools", name);
    if (found === null) return request.error(INVALID_PARAMS, this.#servers.absence(name));
    const line = withJsonAt(request.line, ["params", "name"], JSON.stringify(found.name));
    request.forward(found.member, line);
  }
}
