/** How checks are made; each says what was found and, where something is wrong, the one thing to do. */

import type { ErrorObject } from "../../../preload/api.ts";
import type { Check, CheckArea } from "../../../preload/api-doctor.ts";

/** What a check is about; `server`: of a server, or of an agent by its id. */
export interface Subject {
  readonly area: CheckArea;
  readonly id: string;
  readonly title: string;
  readonly server?: string;
}

export const good = (subject: Subject, detail: string): Check => made(subject, true, detail, null);
export const bad = (subject: Subject, detail: string, fix: string): Check => made(subject, false, detail, fix);
/** Not looked at, or nothing to look at. */
export const open = (subject: Subject, detail: string): Check => made(subject, null, detail, null);

export function failure(subject: Subject, { message, suggestion, code }: Omit<ErrorObject, "correlation_id">): Check {
  return bad(subject, `${message} (${code})`, suggestion);
}

function made(
  { area, id, title, server = undefined }: Subject,
  ok: boolean | null,
  detail: string,
  fix: string | null,
): Check {
  return { id, area, server: server ?? null, ok, title, detail, fix };
}
