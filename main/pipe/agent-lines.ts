/** What an agent may send as one line: a message, or a batch of them; whatever else is answered here. */
import { isUtf8 } from "node:buffer";
import { batchOf, peek } from "../../shim/scan.ts";
import { hasJsonShape } from "../json-shape.ts";
import { INVALID_REQUEST, PARSE_ERROR, rpcErrorLine } from "../jsonrpc.ts";

const OPEN_LIST = 0x5b;

/** Hands the line's messages over, or says to the agent what is wrong with it (JSON-RPC 2.0 §5.1, §6). */
export function takeLine(line: Buffer, receive: (message: Buffer) => void, answer: (line: Buffer) => void): void {
  if (!isUtf8(line)) return answer(refusal(line, "This line is not UTF-8."));
  if (!hasJsonShape(line)) return answer(refusal(line, "This line is not JSON."));
  if (line[0] !== OPEN_LIST) return receive(line);
  const batch = batchOf(line);
  if (batch === null) return answer(rpcErrorLine(null, INVALID_REQUEST, "This is not a batch of JSON-RPC messages."));
  for (const message of batch) receive(message);
}

/** Under the id of the request, where one can be made out. */
function refusal(line: Buffer, why: string): Buffer {
  const { id, method } = peek(line);
  return rpcErrorLine(method === null ? null : id, PARSE_ERROR, why);
}
