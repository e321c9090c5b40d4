/** One HTTP exchange over kept-alive connections: `node:http`, because `fetch` costs six times as much a call. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Network, systemNetwork } from "../http/network.ts";
import { letGoOf } from "../large.ts";
import { type Answer, decoded } from "./answer.ts";

export interface Exchange {
  readonly url: URL;
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>> | HeaderList;
  readonly body: Buffer | null;
  /** Milliseconds until the answer's headers must be there; null: no limit. */
  readonly headersWithin: number | null;
  /** The headers are good for one try only: what would be tried again fails with {@link RACED}. */
  readonly once?: boolean;
  /** Default: the system's. */
  readonly network?: Network;
}

/** Names and values in turn, `host` among them: ready to be sent, and sent again. */
export type HeaderList = readonly string[];

export function headerList(headers: Readonly<Record<string, string>>, url: URL): HeaderList {
  const list = Object.entries(headers).flat();
  return headers.host === undefined ? [...list, "host", placeOf(url).host] : list;
}

/** Bytes of an answer's headers. */
const MAX_HEADERS = 64 * 1024;

/** Code of the error of a request whose kept connection the server closed under it. */
export const RACED = "RACED";

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
  onAnswer: (answer: Answer) => void,
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
    const { network = systemNetwork() } = what;
    const { hostname, port, path } = placeOf(what.url);
    // A list of headers goes out as it is; an object would be taken apart and put together again, one by one.
    const list = Array.isArray(what.headers)
      ? (what.headers as HeaderList)
      : headerList(what.headers as Readonly<Record<string, string>>, what.url);
    const headers = what.body === null ? list : [...list, "content-length", String(what.body.length)];
    const request = (what.url.protocol === "https:" ? httpsRequest : httpRequest)({
      hostname,
      port,
      path,
      method: what.method,
      headers,
      agent: network.agentFor(what.url),
      maxHeaderSize: MAX_HEADERS,
    });
    current = request;
    request.on("response", (response) => answer(decoded(response)));
    request.on("error", (error: NodeJS.ErrnoException) => {
      const raced = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      if (raced && mayRepeat && !settled) {
        if (what.once !== true) return send(false);
        return fail(Object.assign(new Error("the kept connection was closed", { cause: error }), { code: RACED }));
      }
      fail(error);
    });
    request.end(what.body ?? undefined);
  }
}

interface Place {
  /** With the port, as the header has it. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string | null;
  readonly path: string;
}

const places = new WeakMap<URL, Place>();

/** Taking a URL apart is a good part of making a request, and the addresses of servers stay the same. */
function placeOf(url: URL): Place {
  let place = places.get(url);
  if (place === undefined) {
    const hostname = url.hostname.replace(/^\[|\]$/g, "");
    place = { host: url.host, hostname, port: url.port === "" ? null : url.port, path: `${url.pathname}${url.search}` };
    places.set(url, place);
  }
  return place;
}

function ignored(): void {}

/** Bytes of a body from which on it gets one place for all that it has announced. */
const WORTH_A_PLACE = 512 * 1024;

/**
 * Reads a body up to the cap; calls back with null when it is longer (`isTooLarge`), or was cut off. `keeps`: told of the
 * bytes that are kept until then.
 */
export function readBody(
  answer: Answer,
  cap: number,
  done: (body: Buffer | null, isTooLarge: boolean) => void,
  keeps: (bytes: number) => void = () => {},
): void {
  const announced = answer.headers["content-encoding"] === undefined ? Number(answer.headers["content-length"]) : 0;
  const chunks: Buffer[] = [];
  let whole: Buffer | null = null;
  let length = 0;
  let over = false;
  const end = (body: Buffer | null, isTooLarge = false): void => {
    if (over) return;
    over = true;
    done(body, isTooLarge);
  };
  answer.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > cap) {
      end(null, true);
      answer.destroy();
      return;
    }
    keeps(chunk.length);
    if (whole === null || length > whole.length) chunks.push(chunk);
    else {
      // What is held twice for a moment is let go of on the way, not all at once at the end.
      chunk.copy(whole, length - chunk.length);
      letGoOf(chunk.length);
    }
    if (whole === null && length >= WORTH_A_PLACE && announced >= length && announced <= cap) {
      whole = Buffer.allocUnsafeSlow(announced);
      for (let at = 0; chunks[0] !== undefined; chunks.shift()) at += chunks[0].copy(whole, at);
    }
  });
  answer.on("end", () => end(assembled()));
  // An error is followed by the end of all.
  answer.on("error", ignored);
  answer.on("close", () => end(null));

  function assembled(): Buffer {
    if (whole !== null) return chunks.length === 0 ? whole.subarray(0, length) : Buffer.concat([whole, ...chunks]);
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
  }
}
