/**
 * The floor: what any hub between agents and an HTTP server has to do, and nothing more. Lines from a Unix socket, a POST
 * for each over kept-alive connections, the answer's body back as a line. `relay-hub <socket> <url>`
 */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { createServer } from "node:net";

const [path, url] = process.argv.slice(2) as [string, string];
const agent = new Agent({ keepAlive: true });
const NEWLINE = Buffer.from("\n");

createServer((socket) => {
  let chunks: Buffer[] = [];
  const session: Record<string, string> = {};
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      chunks.push(chunk.subarray(start, end));
      forward(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      chunks = [];
      start = end + 1;
    }
    if (start < chunk.length) chunks.push(chunk.subarray(start));
  });

  function forward(line: Buffer): void {
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "content-length": line.length,
      ...session,
    };
    httpRequest(url, { method: "POST", agent, headers }, (answer) => {
      const id = answer.headers["mcp-session-id"];
      if (typeof id === "string") session["mcp-session-id"] = id;
      back(answer);
    })
      .on("error", () => socket.destroy())
      .end(line);
  }

  function back(answer: IncomingMessage): void {
    const body: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => body.push(chunk));
    answer.on("end", () => {
      if (body.length === 0) return;
      const isStream = answer.headers["content-type"] === "text/event-stream";
      socket.cork();
      for (const part of isStream ? dataOf(Buffer.concat(body)) : body) socket.write(part);
      socket.write(NEWLINE);
      socket.uncork();
    });
  }
}).listen(path, () => process.stdout.write("listening\n"));

/** The data of a stream's one event. */
function dataOf(body: Buffer): Buffer[] {
  const start = body.indexOf("data: ") + 6;
  return [body.subarray(start, body.indexOf(10, start))];
}
