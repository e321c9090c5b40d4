/** The agent's requests that have no answer yet, and where each is. */
import { withId } from "../../../shim/scan.ts";
import { asGatehouseError } from "../../errors.ts";
import { errorLine, resultLine, rpcErrorLine } from "../../jsonrpc.ts";
import type { Log } from "../../ports.ts";
import type { Member } from "./member.ts";
import type { AgentRequest } from "./tools.ts";

interface Running {
  /** Null: it is not at a server. `id`: as that server's session knows it. */
  at: { readonly member: Member; readonly id: string } | null;
}

export class AgentRequests {
  readonly #say: (answer: Buffer) => void;
  readonly #log: Log;
  /** By JSON text of their id. */
  readonly #running = new Map<string, Running>();

  constructor(say: (answer: Buffer) => void, log: Log) {
    this.#say = say;
    this.#log = log;
  }

  /** `id`: JSON text. */
  begin(id: string, line: Buffer): AgentRequest {
    const running: Running = { at: null };
    this.#running.set(id, running);
    const isOver = (): boolean => this.#running.get(id) !== running;
    const end = (answer: Buffer): void => {
      if (isOver()) return;
      this.#running.delete(id);
      this.#say(answer);
    };
    return {
      line,
      result: (result) => end(resultLine(id, result)),
      error: (code, message, data) => end(rpcErrorLine(id, code, message, data)),
      answer: (answer) => end(withId(answer, id)),
      forward: (member, message, answered) => {
        if (isOver()) return;
        const at = member.forward(message, answered ?? ((answer) => end(withId(answer, id))));
        running.at = { member, id: at };
      },
      until: (work) => {
        work.catch((thrown: unknown) => {
          const error = asGatehouseError(thrown);
          this.#log.error("together.failed", { error });
          end(errorLine(id, error));
        });
      },
    };
  }

  /** Nobody waits for it any more; `notice`: what the agent said. */
  cancel(id: string, notice: Buffer): void {
    const at = this.#running.get(id)?.at ?? null;
    this.#running.delete(id);
    at?.member.cancel(at.id, notice);
  }

  /** JSON text of the id of the newest request that this server has: what it says by itself is most likely about that. */
  newestAt(member: Member): string | null {
    return [...this.#running].reverse().find(([, { at }]) => at?.member === member)?.[0] ?? null;
  }

  clear(): void {
    this.#running.clear();
  }
}
