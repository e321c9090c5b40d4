/** `gatehouse activity`: sign-ins and refreshes, step by step. */
import { parseArgs } from "node:util";
import type { ActivityRecord, ActivityStep } from "../preload/api.ts";
import { activityText } from "../preload/text.ts";
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";

const MAX_LIMIT = 1000;

export async function activity(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "request-id": { type: "string" },
      server: { type: "string" },
      limit: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const { "request-id": id, server, json } = values;
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
    throw new Usage(`--limit takes a number from 1 to ${MAX_LIMIT}.`);
  }
  if (id === "" || server === "") throw new Usage("--request-id and --server take a value.");
  const hub = await control(true);
  try {
    const result = await call(hub, "activity", {
      ...(id === undefined ? {} : { request_id: id }),
      ...(server === undefined ? {} : { server }),
      ...(limit === undefined ? {} : { limit }),
    });
    if (!result.ok) return failed(result.error);
    const { records } = result.value;
    if (json) process.stdout.write(`${JSON.stringify({ records }, null, 2)}\n`);
    // Oldest first, so that the newest stands where the eye is.
    else process.stdout.write([...records].reverse().map(describeRecord).join("\n"));
    if (records.length > 0) return EXIT.done;
    say(id === undefined ? "No sign-in or refresh has been recorded yet." : `Nothing is recorded under the id ${id}.`);
    return id === undefined ? EXIT.done : EXIT.failed;
  } finally {
    hub.close();
  }
}

function describeRecord(record: ActivityRecord): string {
  const { server, account, started_at, ended_at, request_id, correlation_id, code } = record;
  const who = account === "default" ? server : `${server} (${account})`;
  const took = duration(Date.parse(ended_at) - Date.parse(started_at));
  const lines = [`${started_at}  ${who}  ${activityText(record).label}${code === null ? "" : ` (${code})`}, ${took}`];
  for (const step of record.steps) lines.push(`    ${describeStep(step)}`);
  lines.push(`    request id ${request_id}${correlation_id === null ? "" : `, correlation id ${correlation_id}`}`);
  return `${lines.join("\n")}\n`;
}

function describeStep({ name, method, url, status, error, ms, times }: ActivityStep): string {
  const result = String(status ?? error ?? "").padEnd(4);
  const request = method === null ? "" : `  ${method} ${url ?? ""}`;
  return `${result} ${name}${request}  ${duration(ms)}${times > 1 ? `, ${times} times` : ""}`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
