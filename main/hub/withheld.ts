/**
 * Credentials that an agent puts into `_meta`. They are for somebody on its own side and never leave this machine: the
 * server gets the hub's own token or none (MCP 2025-11-25 security best practices, token passthrough).
 */
import { spanOf } from "../../shim/scan.ts";
import { record } from "../jsonrpc.ts";
import { withMembers } from "../upstream/splice.ts";

/** Names, as {@link isCredential} compares them. `progressToken` is no credential and not among them. */
const NAMES = new Set([
  "authorization",
  "proxyauthorization",
  "token",
  "accesstoken",
  "refreshtoken",
  "idtoken",
  "authtoken",
  "bearertoken",
  "bearer",
  "apikey",
  "cookie",
]);
const SUSPECT = /auth|token|bearer|api.?key|cookie/i;
const META = Buffer.from('"_meta"');

/** The agent's message as a server may get it: no credential at the top of its `_meta`, every other byte as it was. */
export function withoutCredentials(line: Buffer): Buffer {
  if (!line.includes(META)) return line;
  const span = spanOf(line, ["params", "_meta"]) ?? spanOf(line, ["result", "_meta"]);
  if (span === null) return SUSPECT.test(line.toString("latin1")) ? rewritten(line) : line;
  const meta = line.subarray(span.start, span.end);
  const text = meta.toString("utf8");
  if (!SUSPECT.test(text)) return line;
  const found = credentialsIn(parsed(text));
  if (found.length === 0) return line;
  const clean = withMembers(meta, Object.fromEntries(found.map((name) => [name, null])));
  return Buffer.concat([line.subarray(0, span.start), clean, line.subarray(span.end)]);
}

/** For a `_meta` that stands twice: the last one counts, as for `JSON.parse`. One that is elsewhere is none of ours. */
function rewritten(line: Buffer): Buffer {
  const message = parsed(line.toString("utf8"));
  const place = ["params", "result"].find((name) => Object.hasOwn(record(message[name]), "_meta"));
  if (place === undefined) return line;
  const inside = record(message[place]);
  const meta = record(inside._meta);
  const kept = Object.entries(meta).filter(([name]) => !isCredential(name));
  return Buffer.from(JSON.stringify({ ...message, [place]: { ...inside, _meta: Object.fromEntries(kept) } }));
}

function credentialsIn(meta: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(meta).filter(isCredential);
}

/** Whatever prefix it has (MCP 2025-11-25 basic, `_meta`), and however its words are joined. */
function isCredential(name: string): boolean {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return NAMES.has(
    last
      .toLowerCase()
      .replace(/[-_]/g, "")
      .replace(/^x(?=apikey|accesstoken|authtoken)/, ""),
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}
