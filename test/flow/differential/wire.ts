/** Ways to a server on which raw messages go: a program's stdin and stdout, streamable HTTP, the older SSE. */
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { LineSplitter } from "../../../shim/frame.ts";
import { startChild } from "../../fixtures/children.ts";
import { environment, type ProgramOptions, programFile } from "../../fixtures/program.ts";

/** One JSON-RPC message as an object. */
export type Message = Record<string, unknown>;

export interface Wire {
  send(message: Message): Promise<void>;
  /** Set before the first message is sent. */
  onMessage: (message: Message) => void;
  /** Called with the version that `initialize` agreed on. */
  negotiated(version: string): void;
  close(): Promise<void>;
}

export function programWire(command: string, args: readonly string[], options: ProgramOptions): Wire {
  const child = startChild(command, args, {
    env: environment(options),
    cwd: options.home,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines = new LineSplitter(
    (line) => wire.onMessage(JSON.parse(line.toString("utf8")) as Message),
    () => {},
  );
  child.process.stdout?.on("data", (chunk: Buffer) => lines.push(chunk));
  child.process.stdin?.on("error", () => {});
  const wire: Wire = {
    send: async (message) => void child.process.stdin?.write(`${JSON.stringify(message)}\n`),
    onMessage: () => {},
    negotiated: () => {},
    close: async () => {
      child.process.stdin?.end();
      await child.stop();
    },
  };
  return wire;
}

/** What an agent starts: `gatehouse connect <server>`. */
export function gatehouseWire(server: string, options: ProgramOptions): Wire {
  return programWire(process.execPath, [programFile(), "connect", server], options);
}

/**
 * Streamable HTTP without an SDK, since the official client's transport asks for an answer again that was an error: each
 * message in a POST, and once the server is told so (`notifications/initialized`) the stream on which it speaks unasked.
 */
export function streamableWire(url: string): Wire {
  const ended = new AbortController();
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const read = async (response: Response): Promise<void> => {
    let open = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        open += decoder.decode(chunk as Uint8Array, { stream: true });
        for (let end = open.indexOf("\n\n"); end !== -1; end = open.indexOf("\n\n")) {
          const data = /(?:^|\n)data: *(\S[^\n]*)/.exec(open.slice(0, end))?.[1];
          open = open.slice(end + 2);
          if (data !== undefined) wire.onMessage(JSON.parse(data) as Message);
        }
      }
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    }
  };
  const wire: Wire = {
    send: async (message) => {
      const body = JSON.stringify(message);
      const response = await fetch(url, { method: "POST", headers, body, signal: ended.signal });
      const session = response.headers.get("mcp-session-id");
      if (session !== null) headers["mcp-session-id"] = session;
      if (!response.ok) throw new Error(`HTTP ${response.status} to ${body}`);
      if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) void read(response);
      if (message.method === "notifications/initialized")
        void read(await fetch(url, { headers, signal: ended.signal }));
    },
    onMessage: () => {},
    negotiated: (version) => {
      headers["mcp-protocol-version"] = version;
    },
    close: async () => {
      ended.abort();
      await fetch(url, { method: "DELETE", headers });
    },
  };
  return wire;
}

export async function sseWire(url: string): Promise<Wire> {
  const transport = new SSEClientTransport(new URL(url));
  const wire: Wire = {
    send: async (message) => await transport.send(message as unknown as JSONRPCMessage),
    onMessage: () => {},
    negotiated: (version) => transport.setProtocolVersion(version),
    close: async () => await transport.close(),
  };
  transport.onmessage = (message) => wire.onMessage(message as unknown as Message);
  await transport.start();
  return wire;
}
