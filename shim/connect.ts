/** A ready connection to the hub: mutual proof done, `open` answered. */
import { randomUUID } from "node:crypto";
import { connect as connectSocket, type Socket } from "node:net";
import type { HubRecord } from "./endpoint.ts";
import { LineSplitter } from "./frame.ts";
import {
  type ClientHello,
  frame,
  HANDSHAKE_TIMEOUT,
  MAX_HANDSHAKE_LINE,
  newNonce,
  OLDEST_WIRE,
  type Open,
  parseFrame,
  proof,
  proofMatches,
  WIRE_VERSION,
  type WireError,
} from "./wire.ts";

/** What an older hub could not say. */
function hubTooOld(hub: string, own: string): WireError {
  return {
    code: "unsupported",
    server: null,
    message: `The running Gatehouse ${hub} is older than the ${own} that this agent started, and cannot serve it.`,
    suggestion: "Quit Gatehouse, start the newer one, and start the agent again.",
    correlation_id: randomUUID(),
  };
}

export type Connected =
  | { readonly kind: "open"; readonly socket: Socket }
  /** The hub is there and said no. */
  | { readonly kind: "refused"; readonly error: WireError }
  /** Nobody answers, or whoever does cannot prove to be the hub. */
  | { readonly kind: "absent"; readonly why: string };

/**
 * Connects by the record and opens. Never rejects. The socket comes back paused, without listeners of ours; bytes that
 * came behind the answer are put back into it.
 */
export function connectHub(record: HubRecord, version: string, open: Open): Promise<Connected> {
  // A newer hub knows what it can still serve; an older one can know nothing of us.
  if (open.kind !== "control" && record.wire < OLDEST_WIRE) {
    return Promise.resolve({ kind: "refused", error: hubTooOld(record.version, version) });
  }
  return new Promise((resolve) => {
    const socket = connectSocket(record.pipe);
    const hello: ClientHello = { gatehouse: WIRE_VERSION, version, nonce: newNonce() };
    let proven = false;
    const timer = setTimeout(() => finish({ kind: "absent", why: "the hub does not answer" }), HANDSHAKE_TIMEOUT);

    const lines = new LineSplitter(
      onLine,
      () => finish({ kind: "absent", why: "no Gatehouse answers there" }),
      MAX_HANDSHAKE_LINE,
    );
    const onData = (chunk: Buffer): void => {
      // One line at a time: what follows the last one of the handshake belongs to the session.
      let rest = chunk;
      while (rest.length > 0 && !done) {
        const end = rest.indexOf(0x0a);
        const take = end === -1 ? rest.length : end + 1;
        const part = rest.subarray(0, take);
        rest = rest.subarray(take);
        if (rest.length > 0) left = rest;
        else left = null;
        lines.push(part);
      }
    };
    const onError = (error: NodeJS.ErrnoException): void =>
      finish({ kind: "absent", why: `the pipe cannot be reached (${error.code ?? "error"})` });
    const onClose = (): void => finish({ kind: "absent", why: "the hub hung up" });
    let done = false;
    let left: Buffer | null = null;

    socket.on("data", onData);
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.write(frame(hello));

    function onLine(line: Buffer): void {
      if (done) return;
      const message = parseFrame(line);
      if (message === null) return finish({ kind: "absent", why: "no Gatehouse answers there" });
      if (!proven) {
        const nonce = message.nonce;
        if (typeof nonce !== "string" || !proofMatches(proof(record.key, "hub", hello.nonce, nonce), message.proof))
          return finish({ kind: "absent", why: "whoever holds the pipe is not this user's Gatehouse" });
        proven = true;
        socket.write(frame({ proof: proof(record.key, "client", hello.nonce, nonce), open }));
        return;
      }
      if (message.ok === true) finish({ kind: "open", socket });
      else finish({ kind: "refused", error: message.error as WireError });
    }

    function finish(outcome: Connected): void {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.off("data", onData);
      socket.off("close", onClose);
      if (outcome.kind === "open") {
        socket.off("error", onError);
        socket.pause();
        if (left !== null) socket.unshift(left);
      } else {
        socket.off("error", onError);
        socket.on("error", () => {});
        socket.destroy();
      }
      resolve(outcome);
    }
  });
}
