/** A first look at a server that nobody has set up: one handshake without a token, and its session ended again. */
import { peek } from "../../shim/scan.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import { parseMessage, record } from "../jsonrpc.ts";
import { type Challenge, type Clock, type Log, NO_PERMIT } from "../ports.ts";
import { openUpstream } from "../upstream/open.ts";
import type { Spoken, Upstream } from "../upstream/upstream.ts";
import { VERSION } from "../version.ts";
import { cut, visible } from "../visible.ts";

export type Look =
  /** `title`: as it calls itself, fit to be shown; null: it does not. */
  | { readonly kind: "open"; readonly type: "streamable-http" | "sse"; readonly title: string | null }
  | { readonly kind: "challenged"; readonly challenge: Challenge }
  | { readonly kind: "error"; readonly error: GatehouseError };

export interface LookOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Code points. */
const MAX_TITLE = 100;
/** What a server without streamable HTTP says to a POST (MCP 2025-11-25 transports, backwards compatibility). */
const NOT_HERE: readonly unknown[] = [400, 404, 405];

/** By streamable HTTP, and by HTTP with SSE where that is not spoken. Rejects with the signal's reason only. */
export async function lookAt(server: RemoteServer, options: LookOptions): Promise<Look> {
  const first = await shakeHands({ ...server, type: "streamable-http" }, options);
  if (first.kind !== "error" || !NOT_HERE.includes(first.error.details?.status)) return first;
  const second = await shakeHands({ ...server, type: "sse" }, options);
  // That there is no such stream either says less than what the POST was told.
  return second.kind === "error" && second.error.code === "upstream_failed" ? first : second;
}

async function shakeHands(
  server: RemoteServer & { readonly type: "streamable-http" | "sse" },
  { clock, log, signal }: LookOptions,
): Promise<Look> {
  signal.throwIfAborted();
  let upstream: Upstream | null = null;
  let challenge: Challenge | null = null;
  let spoken: Spoken | null = null;
  const failed = (error: GatehouseError): Look =>
    challenge === null ? { kind: "error", error } : { kind: "challenged", challenge };
  try {
    return await new Promise<Look>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      upstream = openUpstream({
        server,
        era: "legacy",
        memory: {
          get: () => spoken,
          set(found) {
            spoken = found;
          },
        },
        events: {
          message(line, peeked) {
            if (peeked.isAnswer) resolve({ kind: "open", type: server.type, title: titleOf(line) });
          },
          untaken() {},
          failed: (_id, error) => resolve(failed(error)),
          closed: (error) => resolve(failed(error)),
        },
        credentials: () => ({
          permit: async () => NO_PERMIT,
          async refused(_used, refusal) {
            challenge = refusal;
            return "sign_in";
          },
          accepted() {},
          heard() {},
        }),
        clock,
        log,
        env: {},
      });
      const message = Buffer.from(JSON.stringify(HELLO));
      upstream.send(message, peek(message));
    });
  } catch (error) {
    signal.throwIfAborted();
    return failed(asGatehouseError(error, server.name));
  } finally {
    await (upstream as Upstream | null)?.close();
  }
}

const HELLO = {
  jsonrpc: "2.0",
  id: "gatehouse-look",
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "gatehouse", version: VERSION } },
};

function titleOf(line: Buffer): string | null {
  const { title, name } = record(record(parseMessage(line)?.result).serverInfo);
  const said = [title, name].find((text) => typeof text === "string" && text.trim() !== "");
  return typeof said === "string" ? cut(visible(said.trim()), MAX_TITLE) : null;
}
