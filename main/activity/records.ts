/** Lines of `activity.jsonl` to records. */
import * as z from "zod";
import { ACTIVITY_KINDS, type ActivityRecord, ERROR_CODES } from "../../preload/api.ts";

const time = z.iso.datetime();
const step = z.object({
  name: z.string(),
  method: z.string().nullable(),
  url: z.string().nullable(),
  status: z.number().nullable(),
  error: z.string().nullable(),
  started_at: time,
  ms: z.number(),
  times: z.number(),
});
const record = z.object({
  request_id: z.string(),
  correlation_id: z.string().nullable(),
  server: z.string(),
  account: z.string(),
  kind: z.enum(ACTIVITY_KINDS),
  outcome: z.enum(["done", "failed"]),
  code: z.enum(ERROR_CODES).nullable(),
  started_at: time,
  ended_at: time,
  steps: z.array(step),
}) satisfies z.ZodType<ActivityRecord>;

/** In the file's order; a line that is no record (torn by a crash, or of another version) is left out. */
export function parseRecords(text: string): ActivityRecord[] {
  return text.split("\n").flatMap((line) => {
    const parsed = record.safeParse(jsonOf(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
