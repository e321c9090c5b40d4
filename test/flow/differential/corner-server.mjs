/** A server on stdin and stdout, without an SDK, for what the reference server never does. */
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
/** Who waits for the agent's answer to a question, by its id. */
const asked = new Map();

function tool(name) {
  return { name, inputSchema: { type: "object" }, _meta: { "x/y": [null] } };
}

function ask(id, question) {
  asked.set(question.id, id);
  say(question);
}

const FIRST_PAGE = { tools: ["a", "b"].map(tool), nextCursor: "page 2/ü" };

const METHODS = {
  initialize: (id, { protocolVersion }) =>
    say({
      id,
      result: {
        protocolVersion,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: "corner", version: "0" },
      },
    }),
  "tools/list": (id, { cursor }) =>
    say({ id, result: cursor === undefined ? FIRST_PAGE : { tools: [tool(`after ${cursor}`)] } }),
  echo: (id, params) => say({ id, result: { params } }),
  "ask/ping": (id) => ask(id, { id: "ping-1", method: "ping" }),
  "ask/unknown": (id) => ask(id, { id: 0, method: "future/question", params: { deep: [1] } }),
  "ask/and-cancel": (id) => {
    say({ id: 7, method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } });
    say({ method: "notifications/cancelled", params: { requestId: 7, reason: "no longer" } });
    say({ id, result: {} });
  },
  notices: (id) => {
    say({ method: "notifications/future", params: { a: 1 } });
    say({ method: "notifications/tools/list_changed" });
    say({ id, result: { resultType: "future", more: null } });
  },
  "fail/oddly": (id) =>
    say({ id, error: { code: 418, message: "I'm a teapot\n\u2028", data: { nested: [{ a: null }] } } }),
  ping: (id) => say({ id, result: { unexpected: true } }),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  const { id, method, params = {} } = message;
  if (method === undefined) return say({ id: asked.get(id), result: { answered: message } });
  if (id === undefined) return;
  (METHODS[method] ?? (() => say({ id, error: { code: -32601, message: `no ${method}` } })))(id, params);
});
