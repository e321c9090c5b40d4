/** One unsolicited handshake with a server that nobody has contacted yet, on a person's behalf: does it want a sign-in? */
import { peek } from "../../shim/scan.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { VERSION } from "../version.ts";
import type { ServerRuntime } from "./server-runtime.ts";

const PROBE_LIMIT = 8_000;

/** `open`: it answered without a sign-in. An error: it did not, and why (`sign_in_required` among others). */
export type ProbeOutcome =
  | { readonly kind: "open" }
  | { readonly kind: "error"; readonly error: GatehouseError }
  | { readonly kind: "late" };

/** Never rejects. Ends the server session that it opened. */
export async function probe(server: ServerRuntime, account: string): Promise<ProbeOutcome> {
  let upstream: Upstream | null = null;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ProbeOutcome>((resolve) => {
      timer = setTimeout(() => resolve({ kind: "late" }), PROBE_LIMIT);
      upstream = server.upstream(
        account,
        {
          message: (_line, peeked) => peeked.isAnswer && resolve({ kind: "open" }),
          untaken: () => {},
          failed: (_id, error) => resolve({ kind: "error", error }),
          closed: (error) => resolve({ kind: "error", error }),
        },
        "legacy",
      );
      const message = Buffer.from(
        JSON.stringify({
          jsonrpc: "2.0",
          id: "gatehouse-probe",
          method: "initialize",
          params: {
            protocolVersion: "2025-11-25",
            capabilities: {},
            clientInfo: { name: "gatehouse", version: VERSION },
          },
        }),
      );
      upstream.send(message, peek(message));
    });
  } catch (error) {
    return { kind: "error", error: asGatehouseError(error, server.name) };
  } finally {
    clearTimeout(timer);
    await (upstream as Upstream | null)?.close();
  }
}
