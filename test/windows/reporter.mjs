/** What the tests came to, as JSON lines: for node:test on the Windows side, read on the other by scripts/windows.mjs. */
import { inspect } from "node:util";

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, details, skip } = data;
    const isSuite = details.type === "suite";
    // A suite fails with its tests, which have been reported; only what it failed by itself is news.
    const inside = details.error?.failureType === "subtestsFailed";
    if (isSuite && (type === "test:pass" || inside)) continue;
    const cause = details.error?.cause ?? details.error;
    const error = type === "test:fail" ? inspect(cause) : undefined;
    yield `${JSON.stringify({ name, nesting, ms: Math.round(details.duration_ms), skipped: skip !== undefined, error })}\n`;
  }
}
