/** Three tools in place of all: one finds, one describes, one calls. */
import { parseMessage, record } from "../../jsonrpc.ts";
import { jsonAt, textAt, valueAt } from "../aggregate/edit.ts";
import { exposedName } from "../aggregate/names.ts";
import { type AgentRequest, type Found, findNamed, type Servers, type ToolFace } from "../aggregate/tools.ts";
import { INVALID_PARAMS } from "../modern.ts";
import { SIGN_IN_TOOL } from "../provisional.ts";
import { problemsOf } from "./arguments.ts";
import { Catalogue, type Hit } from "./catalogue.ts";
import { CALL, DEFAULT_LIMIT, DESCRIBE, FIND, MOST_HITS, THREE_TOOLS } from "./three-tools.ts";

const ARGUMENTS = ["params", "arguments"];
/** Characters of a tool's description in a list of hits. */
const ONE_LINE = 140;

export class LazyTools implements ToolFace {
  readonly startsLate = true;
  readonly #servers: Servers;
  readonly #catalogue: Catalogue;

  constructor(servers: Servers) {
    this.#servers = servers;
    this.#catalogue = new Catalogue(() => servers.members());
  }

  async list(request: AgentRequest): Promise<void> {
    request.result({ tools: THREE_TOOLS });
  }

  async call(request: AgentRequest, name: string): Promise<void> {
    switch (name) {
      case FIND:
        return this.#find(request);
      case DESCRIBE:
        return this.#describe(request);
      case CALL:
        return this.#call(request);
      default:
        return request.error(INVALID_PARAMS, `Unknown tool “${name}”: ${FIND} finds it, ${CALL} calls it.`);
    }
  }

  async #find(request: AgentRequest): Promise<void> {
    const query = textAt(request.line, [...ARGUMENTS, "query"]) ?? "";
    const wanted = Number(valueAt(request.line, [...ARGUMENTS, "limit"]) ?? DEFAULT_LIMIT);
    const limit = Math.min(MOST_HITS, Math.max(1, Number.isFinite(wanted) ? Math.round(wanted) : DEFAULT_LIMIT));
    const hits = await this.#catalogue.search(query, limit);
    const lines = hits.length === 0 ? [`No tool fits “${query}”. Try other words.`] : hits.map(lineOf);
    const members = this.#servers.members();
    const starting = members.filter(
      (member) => member.isStarted && !member.isReady && !member.isStandIn && member.lists.known("tools") === null,
    );
    const closed = members.filter((member) => member.needsSignIn && member.lists.known("tools") === null);
    const out = this.#catalogue.leftOut();
    if (starting.length > 0) lines.push(`Still starting: ${namesOf(starting)}. Ask again in a moment for their tools.`);
    if (closed.length > 0) {
      const calls = closed.map(({ name }) => exposedName(name, SIGN_IN_TOOL)).join(", ");
      lines.push(`Not searched before the user signs in: ${namesOf(closed)}. To learn how, call ${calls}.`);
    }
    if (out.length > 0) lines.push(`Left out for now, after several failures: ${namesOf(out)}.`);
    if (hits.length === 0 && members.length > 0) lines.push(`Servers: ${namesOf(members)}.`);
    request.result(text(lines.join("\n"), false));
  }

  async #describe(request: AgentRequest): Promise<void> {
    const name = textAt(request.line, [...ARGUMENTS, "name"]) ?? "";
    const found = await findNamed(this.#servers.members(), "tools", name);
    const item = found === null ? null : await definitionOf(found);
    if (item === null) return this.#unknown(request, name);
    const { title, description, inputSchema, outputSchema, annotations } = item;
    request.result(text(JSON.stringify({ name, title, description, inputSchema, outputSchema, annotations }), false));
  }

  async #call(request: AgentRequest): Promise<void> {
    const { line } = request;
    const name = textAt(line, [...ARGUMENTS, "name"]) ?? "";
    const found = await findNamed(this.#servers.members(), "tools", name);
    if (found === null) return this.#unknown(request, name);
    const { member } = found;
    const isSignIn = found.name === SIGN_IN_TOOL;
    const item = isSignIn ? null : await definitionOf(found);
    if (item === null && !isSignIn && member.lists.isFresh("tools")) return this.#unknown(request, name);
    const given = argumentsOf(line);
    const problems = item === null ? [] : problemsOf(item.inputSchema, parse(given));
    if (problems.length > 0) {
      const schema = JSON.stringify(item?.inputSchema);
      return request.result(text(`${problems.join(" ")} The arguments of ${name}: ${schema}`, true));
    }
    const meta = jsonAt(line, ["params", "_meta"]);
    const params = `{"name":${JSON.stringify(found.name)},"arguments":${given}${meta === null ? "" : `,"_meta":${meta}`}}`;
    const message = Buffer.from(`{"jsonrpc":"2.0","id":0,"method":"tools/call","params":${params}}`);
    request.forward(member, message, (answer) => this.#answered(request, found, answer, item?.inputSchema));
  }

  #answered(request: AgentRequest, { member }: Found, answer: Buffer, schema: unknown): void {
    // An error is short; a result may be long, and is none of our business.
    const error = answer.length > 100_000 ? undefined : parseMessage(answer)?.error;
    if (error === undefined) {
      this.#catalogue.strikes.worked(member);
      return request.answer(answer);
    }
    const { code, message, data } = record(error);
    const reason = record(data).code;
    if (typeof reason === "string") this.#catalogue.strikes.failed(member, reason);
    if (code !== INVALID_PARAMS || schema === undefined) return request.answer(answer);
    request.error(INVALID_PARAMS, `${String(message)} The tool's arguments: ${JSON.stringify(schema)}`, data);
  }

  async #unknown(request: AgentRequest, name: string): Promise<void> {
    const similar = await this.#catalogue.similar(name);
    const hint = similar.length === 0 ? `${FIND} finds tools.` : `Did you mean ${similar.join(", ")}?`;
    request.result(text(`${this.#servers.absence(name)} ${hint}`, true));
  }
}

/** The tool as its server lists it; asked for when nothing is known. */
async function definitionOf({ member, name }: Found) {
  const among = member.lists.known("tools") ?? (await member.lists.soon("tools"));
  return among.find((item) => item.name === name) ?? null;
}

/** JSON text. Some models write the object as a string. */
function argumentsOf(line: Buffer): string {
  const given = jsonAt(line, [...ARGUMENTS, "arguments"]) ?? "{}";
  const value = parse(given);
  const inner = typeof value === "string" ? parse(value) : null;
  return typeof value === "string" && typeof inner === "object" && inner !== null
    ? value
    : given === "null"
      ? "{}"
      : given;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function lineOf({ shown, member, item, description, title }: Hit): string {
  const about = (description || title).replace(/\s+/gu, " ").trim();
  const [first = ""] = about.split(/(?<=\.)\s/u);
  const short = first.length > ONE_LINE ? `${first.slice(0, ONE_LINE)}…` : first;
  const signIn = exposedName(member.name, SIGN_IN_TOOL);
  const note = member.needsSignIn && item.name !== SIGN_IN_TOOL ? ` [needs sign-in: call ${signIn}]` : "";
  return `${shown}: ${short} (${member.name})${note}`;
}

function namesOf(members: readonly { readonly name: string }[]): string {
  return members.map(({ name }) => name).join(", ");
}

function text(content: string, isError: boolean): unknown {
  return { content: [{ type: "text", text: content }], ...(isError ? { isError } : {}) };
}
