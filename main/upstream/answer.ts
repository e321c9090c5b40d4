/** A server's answer, without the `Content-Encoding` that nobody asked for: some gateways compress whatever passes. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** Status and headers, and the body as the server meant it. */
export interface Answer extends Readable {
  readonly statusCode?: number | undefined;
  readonly headers: IncomingHttpHeaders;
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The answer itself when it is not encoded, or in a way that is not known (RFC 9110 §8.4). */
export function decoded(answer: IncomingMessage): Answer {
  const encoding = answer.headers["content-encoding"];
  if (encoding === undefined) return answer;
  const codings = encoding
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length === 0) return answer;
  const decoders = codings.reverse().map((coding) => DECODERS[coding]?.());
  if (!decoders.every((decoder) => decoder !== undefined)) return answer;
  const last = decoders.at(-1) as Transform;
  // A cut or broken body ends the last stream with an error; whoever reads it hears of it there.
  pipeline([answer, ...decoders], () => {});
  return Object.assign(last, { statusCode: answer.statusCode, headers: answer.headers });
}
