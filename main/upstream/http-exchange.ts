/** One HTTP exchange over kept-alive connections: `node:http`, because `fetch` costs six times as much a call. */
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

const httpAgent = new HttpAgent({ keepAlive: true, keepAliveMsecs: 15_000 });
const httpsAgent = new HttpsAgent({ keepAlive: true, keepAliveMsecs: 15_000 });

export interface Exchange {
  readonly url: URL;
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Milliseconds until the answer's headers must be there; null: no limit. */
  readonly headersWithin: number | null;
}

export interface Handle {
  /** Cuts the exchange; no callback comes any more. */
  abort(): void;
}

/**
 * Sends, and calls back exactly once: with the answer (its body unread), or with the error that kept it from coming.
 * A kept-alive connection that the server closed at the same moment is tried once more on a fresh one.
 */
export function exchange(
  what: Exchange,
  onAnswer: (answer: IncomingMessage) => void,
  onError: (error: NodeJS.ErrnoException) => void,
): Handle {
  let settled = false;
  let current: ClientRequest;
  const once = <T>(callback: (value: T) => void): ((value: T) => void) => {
    return (value) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      callback(value);
    };
  };
  const answer = once(onAnswer);
  const fail = once(onError);
  const timer =
    what.headersWithin === null
      ? undefined
      : setTimeout(() => {
          const late: NodeJS.ErrnoException = Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
          fail(late);
          current.destroy();
        }, what.headersWithin);
  send(true);
  return {
    abort() {
      settled = true;
      clearTimeout(timer);
      current.destroy();
    },
  };

  function send(mayRepeat: boolean): void {
    const secure = what.url.protocol === "https:";
    const request = (secure ? httpsRequest : httpRequest)(what.url, {
      method: what.method,
      headers: what.body === null ? what.headers : { ...what.headers, "content-length": String(what.body.length) },
      agent: secure ? httpsAgent : httpAgent,
      maxHeaderSize: 64 * 1024,
    });
    current = request;
    request.on("response", answer);
    request.on("error", (error: NodeJS.ErrnoException) => {
      const raced = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      if (raced && mayRepeat && !settled) return send(false);
      fail(error);
    });
    request.end(what.body ?? undefined);
  }
}

/** Reads a body up to the cap; calls back with null when it is longer, or was cut off. */
export function readBody(answer: IncomingMessage, cap: number, done: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let over = false;
  const end = (body: Buffer | null): void => {
    if (over) return;
    over = true;
    done(body);
  };
  answer.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > cap) {
      end(null);
      answer.destroy();
      return;
    }
    chunks.push(chunk);
  });
  answer.on("end", () =>
    end(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length)),
  );
  answer.on("error", () => end(null));
  answer.on("close", () => end(null));
}
