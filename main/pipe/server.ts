/** Lets the shim in: listens on the pipe, proves both ends to each other, hands the connection to whoever serves it. */
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { HubRecord } from "../../shim/endpoint.ts";
import { LineSplitter, NEWLINE, writeLine } from "../../shim/frame.ts";
import type { Peer as ShimPeer } from "../../shim/versions.ts";
import {
  frame,
  HANDSHAKE_TIMEOUT,
  type HubHello,
  isOpen,
  MAX_HANDSHAKE_LINE,
  newNonce,
  OLDEST_WIRE,
  type Open,
  type OpenAnswer,
  parseFrame,
  proof,
  proofMatches,
  WIRE_VERSION,
} from "../../shim/wire.ts";
import { asGatehouseError, GatehouseError, quoteRemote } from "../errors.ts";
import type { OpenSession } from "../hub/hub.ts";
import type { AgentPort } from "../hub/session-host.ts";
import { PARSE_ERROR, rpcErrorLine } from "../jsonrpc.ts";
import { letGoOf } from "../large.ts";
import type { Log } from "../ports.ts";
import { takeLine } from "./agent-lines.ts";

/** Bytes that may wait for an agent to take them before nothing more is read for it from its server. */
const SLOW = 256 * 1024;
/** Bytes that may wait before nothing more is taken from the agent either. */
const STUCK = 16 * 1024 * 1024;

/** A connection that has proved itself, from this side. */
export interface Peer {
  write(line: Buffer | string): void;
  close(): void;
}

/** Serves one connection. */
export interface Service {
  line(line: Buffer): void;
  /** Whether what it writes piles up. */
  setPaused?(paused: boolean): void;
  closed(): void;
}

export interface PipeOptions {
  readonly record: HubRecord;
  readonly log: Log;
  /** Throws a GatehouseError to refuse. */
  openSession(open: Extract<Open, { kind: "session" }>, agent: AgentPort): OpenSession;
  openControl(peer: Peer): Service;
  /** Connections that are open now changed in number. */
  onCount(count: number): void;
}

export interface Pipe {
  close(): Promise<void>;
}

/** Resolves when the pipe listens. */
export async function listen(options: PipeOptions): Promise<Pipe> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    options.onCount(sockets.size);
    socket.on("close", () => {
      sockets.delete(socket);
      options.onCount(sockets.size);
    });
    socket.on("error", () => {});
    admit(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.record.pipe, resolve);
  });
  server.on("error", (error) => options.log.error("pipe.error", { error }));
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.end();
      const force = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 500);
      await closed;
      clearTimeout(force);
      if (process.platform !== "win32") await rm(options.record.pipe, { force: true });
    },
  };
}

function admit(socket: Socket, options: PipeOptions): void {
  const { record, log } = options;
  const hubNonce = newNonce();
  let clientNonce: string | null = null;
  let client: ShimPeer = { wire: WIRE_VERSION, version: "" };
  let service: Service | null = null;
  let isSlow = false;
  /** Bytes that waited for the agent at most, since it was slow. */
  let held = 0;
  /** Lines written in this turn of the loop, and in the one before that wrote any. */
  let written = 0;
  let before = 0;
  let isCorked = false;
  const endTurn = (): void => {
    before = written;
    written = 0;
    if (!isCorked) return;
    isCorked = false;
    socket.uncork();
  };
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT);
  const tooLong = (): void => {
    if (service === null) return void socket.destroy();
    socket.write(rpcErrorLine(null, PARSE_ERROR, "The line is longer than 64 MiB."));
    socket.write(NEWLINE);
  };
  const handshake = new LineSplitter(onHandshake, tooLong, MAX_HANDSHAKE_LINE);
  const lines = new LineSplitter((line) => service?.line(line), tooLong);

  socket.on("data", (chunk: Buffer) => {
    let rest = chunk;
    // The handshake has its own small cap, so it is fed line by line until the service begins.
    while (service === null && rest.length > 0 && !socket.destroyed) {
      const end = rest.indexOf(0x0a);
      const take = end === -1 ? rest.length : end + 1;
      handshake.push(rest.subarray(0, take));
      rest = rest.subarray(take);
    }
    if (service !== null && rest.length > 0) lines.push(rest);
  });
  socket.on("drain", () => {
    if (!isSlow) return;
    isSlow = false;
    letGoOf(held);
    held = 0;
    socket.resume();
    service?.setPaused?.(false);
  });
  socket.on("close", () => {
    clearTimeout(timer);
    service?.closed();
  });

  function onHandshake(line: Buffer): void {
    const message = parseFrame(line);
    if (message === null) return void socket.destroy();
    if (clientNonce === null) {
      const { gatehouse: wire, version, nonce } = message;
      if (!Number.isInteger(wire) || Number(wire) < 0 || typeof nonce !== "string") return void socket.destroy();
      clientNonce = nonce;
      client = { wire: Number(wire), version: String(version) };
      const hello: HubHello = {
        gatehouse: WIRE_VERSION,
        version: record.version,
        nonce: hubNonce,
        proof: proof(record.key, "hub", clientNonce, hubNonce),
      };
      socket.write(frame(hello));
      return;
    }
    const isProved = proofMatches(proof(record.key, "client", clientNonce, hubNonce), message.proof);
    const misfit = isProved ? misfitOf(client, message.open, record.version) : null;
    if (!isProved || (misfit === null && !isOpen(message.open))) {
      log.warn("pipe.refused", {});
      return void socket.destroy();
    }
    clearTimeout(timer);
    if (misfit === null) begin(message.open as Open);
    else refuse(misfit);
  }

  function begin(open: Open): void {
    const peer: Peer = {
      write(line) {
        if (socket.destroyed) return;
        // What comes in one turn of the loop leaves in one write; a line that is likely to come alone does not wait.
        if (written++ === 0) setImmediate(endTurn);
        if (!isCorked && (written > 1 || before > 1)) {
          isCorked = true;
          socket.cork();
        }
        writeLine(socket, line);
        if (socket.writableLength > SLOW) slow();
      },
      close: () => socket.end(),
    };
    try {
      if (open.kind === "control") {
        answer({ ok: true, value: {} });
        service = options.openControl(peer);
      } else {
        const session = options.openSession(open, peer);
        answer({ ok: true, value: {} });
        service = {
          line: (line) => takeLine(line, (message) => session.receive(message), peer.write),
          setPaused: (paused) => session.setPaused(paused),
          closed: () => void session.close(),
        };
      }
    } catch (error) {
      refuse(asGatehouseError(error));
    }
  }

  function refuse(error: GatehouseError): void {
    log.info("pipe.session_refused", { code: error.code });
    answer({ ok: false, error: error.toObject() });
    socket.end();
  }

  function slow(): void {
    held = Math.max(held, socket.writableLength);
    if (!isSlow) {
      isSlow = true;
      service?.setPaused?.(true);
    }
    if (socket.writableLength > STUCK) socket.pause();
  }

  function answer(value: OpenAnswer): void {
    socket.write(frame(value));
  }
}

/** Why a client of another version gets no session; null: it may have what it asks for. */
function misfitOf({ wire, version }: ShimPeer, open: unknown, own: string): GatehouseError | null {
  const isControl = isOpen(open) && open.kind === "control";
  if (isControl || (wire >= OLDEST_WIRE && wire <= WIRE_VERSION)) return null;
  const theirs = quoteRemote(version);
  const isOld = wire < WIRE_VERSION;
  return new GatehouseError({
    code: "unsupported",
    message: isOld
      ? `This agent started Gatehouse ${theirs}, which is older than the running ${own} can serve.`
      : `This agent started Gatehouse ${theirs}, which the older ${own} that is running cannot serve.`,
    suggestion: isOld
      ? "Start the agent again, so that it starts the Gatehouse that is installed now."
      : "Quit Gatehouse, start the newer one, and start the agent again.",
  });
}
