/**
 * The bench's MCP server, a process of its own: as little work per request as can be, so that what stands before it is
 * what is measured. Prints its port. `/mcp` is open to all, `/secure` wants {@link TOKEN}; with `--stream` it holds the
 * GET stream open, else it has none.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { TOKEN, textOf } from "./shared.ts";

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly protocolVersion?: string; readonly arguments?: Arguments };
}

interface Arguments {
  readonly bytes?: number;
  readonly stream?: boolean;
  readonly text?: string;
}

const TOOLS = JSON.stringify({
  tools: Array.from({ length: 12 }, (_, number) => ({
    name: `tool_${number}`,
    title: `Tool number ${number}`,
    description: "Does what a tool of an ordinary server does, and says so in a sentence or two of ordinary length.",
    inputSchema: {
      type: "object",
      properties: {
        query: { type: "string", description: "What to look for, in the words of the person who asked." },
        limit: { type: "integer", description: "How many at most.", minimum: 1, maximum: 100 },
      },
      required: ["query"],
    },
  })),
});

const big = new Map<number, Buffer>();
let sessions = 0;

function bigText(bytes: number): Buffer {
  let text = big.get(bytes);
  if (text === undefined) {
    text = Buffer.from(JSON.stringify(textOf(bytes)));
    big.set(bytes, text);
  }
  return text;
}

function answerTo({ id, method, params }: Message): Buffer[] {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`;
  const args = params?.arguments ?? {};
  switch (method) {
    case "initialize":
      return [
        Buffer.from(
          `${head}"result":${JSON.stringify({
            protocolVersion: params?.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: "bench", version: "1.0.0" },
          })}}`,
        ),
      ];
    case "ping":
      return [Buffer.from(`${head}"result":{}}`)];
    case "tools/list":
      return [Buffer.from(`${head}"result":${TOOLS}}`)];
    case "tools/call": {
      const text = args.bytes === undefined ? Buffer.from(`"${args.text?.length ?? 0}"`) : bigText(args.bytes);
      return [Buffer.from(`${head}"result":{"content":[{"type":"text","text":`), text, Buffer.from("}]}}")];
    }
    default:
      return [Buffer.from(`${head}"error":{"code":-32601,"message":"no such method"}}`)];
  }
}

function serve(message: Message, response: ServerResponse): void {
  if (message.id === undefined || message.method === undefined) return void response.writeHead(202).end();
  const parts = answerTo(message);
  const session = message.method === "initialize" ? { "mcp-session-id": `bench-${++sessions}` } : {};
  if (message.params?.arguments?.stream === true) {
    response.writeHead(200, { "content-type": "text/event-stream", ...session });
    response.write("event: message\ndata: ");
    for (const part of parts) response.write(part);
    return void response.end("\n\n");
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  response.writeHead(200, { "content-type": "application/json", "content-length": length, ...session });
  if (length < 65_536) return void response.end(Buffer.concat(parts, length));
  for (const part of parts) response.write(part);
  response.end();
}

const holdsStream = process.argv.includes("--stream");

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  if (request.url === "/secure" && request.headers.authorization !== `Bearer ${TOKEN}`) {
    request.resume();
    return void response.writeHead(401, { "www-authenticate": "Bearer" }).end();
  }
  if (request.url !== "/secure" && request.url !== "/mcp") return void response.writeHead(404).end();
  if (request.method === "GET" && holdsStream) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    return void response.write(": open\n\n");
  }
  if (request.method === "DELETE") return void response.writeHead(204).end();
  if (request.method !== "POST") return void response.writeHead(405).end();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => serve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as Message, response));
});
// No connection goes away by itself while the bench looks elsewhere.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
