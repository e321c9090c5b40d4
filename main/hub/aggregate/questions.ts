/**
 * What servers ask an agent (sampling, elicitation, roots) where it has several of them as one: ids and progress tokens
 * are each server's own, so the agent gets ours.
 */
import { withId } from "../../../shim/scan.ts";
import { jsonAt, withJsonAt } from "./edit.ts";

const TOKEN = ["params", "_meta", "progressToken"];
const PROGRESS = ["params", "progressToken"];
const REQUEST = ["params", "requestId"];

interface Question<M> {
  readonly member: M;
  /** JSON text: the server's own. */
  readonly id: string;
  readonly token: string | null;
}

export interface Passed<M> {
  readonly member: M;
  readonly line: Buffer;
}

export class ServerQuestions<M> {
  /** By the id that the agent knows, JSON text. The progress token that it knows is the same. */
  readonly #open = new Map<string, Question<M>>();
  #count = 0;

  /** The question as the agent gets it. */
  asked(member: M, line: Buffer, id: string): Buffer {
    const shown = `"gatehouse-question-${++this.#count}"`;
    const token = jsonAt(line, TOKEN);
    this.#open.set(shown, { member, id, token });
    return withId(token === null ? line : withJsonAt(line, TOKEN, shown), shown);
  }

  /** The agent's answer as its server gets it; null: nobody asked that. */
  answered(line: Buffer, shown: string): Passed<M> | null {
    const question = this.#open.get(shown);
    this.#open.delete(shown);
    return question === undefined ? null : { member: question.member, line: withId(line, question.id) };
  }

  /** The agent tells how far it is with a question; null: with none that is open. */
  progressed(line: Buffer): Passed<M> | null {
    const { member, token } = this.#open.get(jsonAt(line, PROGRESS) ?? "") ?? { member: null, token: null };
    return member === null || token === null ? null : { member, line: withJsonAt(line, PROGRESS, token) };
  }

  /** A server's `notifications/cancelled` as the agent gets it; null: the question is not open. */
  cancelled(member: M, line: Buffer): Buffer | null {
    const id = jsonAt(line, REQUEST);
    const [shown] = [...this.#open].find(([, question]) => question.member === member && question.id === id) ?? [];
    if (shown === undefined) return null;
    this.#open.delete(shown);
    return withJsonAt(line, REQUEST, shown);
  }

  /** This server is gone: the notifications that take its questions back. */
  left(member: M): Buffer[] {
    const shown = [...this.#open].filter(([, question]) => question.member === member).map(([id]) => id);
    return shown.map((id) => {
      this.#open.delete(id);
      const params = `{"requestId":${id},"reason":"The server was taken away."}`;
      return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`);
    });
  }
}

/** A server's log message, its logger named after the server. */
export function namedLogger(server: string, line: Buffer): Buffer {
  const logger = jsonAt(line, ["params", "logger"]);
  if (logger?.startsWith('"')) {
    const named = `${server}/${JSON.parse(logger) as string}`;
    return withJsonAt(line, ["params", "logger"], JSON.stringify(named));
  }
  const params = jsonAt(line, ["params"]);
  if (logger !== null || params === null || !params.startsWith("{")) return line;
  const rest = params.slice(1).trimStart();
  const comma = rest.startsWith("}") ? "" : ",";
  return withJsonAt(line, ["params"], `{"logger":${JSON.stringify(server)}${comma}${rest}`);
}
