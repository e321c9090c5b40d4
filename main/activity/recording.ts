/** What one sign-in or refresh did, while it does it: each request, and each wait for the person. */
import type { ActivityStep } from "../../preload/api.ts";
import { GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { withoutQuery } from "../http/urls.ts";
import type { Clock } from "../ports.ts";

/** Steps that are kept; what comes after is not. Repetitions, as a device's polling, are one step. */
const MAX_STEPS = 60;

/** Purposes of the requests that errors tell of. */
const METADATA_PURPOSES: ReadonlySet<string> = new Set([
  "protected resource metadata",
  "authorization server metadata",
]);
export const REGISTRATION_PURPOSE = "registration";

/** For `details` of the error that ended it. */
export interface Evidence {
  /** Metadata requests: URL without query, and the status or why there is none. */
  readonly tried: readonly { readonly url: string; readonly result: number | string }[];
  readonly registration_attempted: boolean;
}

export class Steps {
  readonly #clock: Clock;
  readonly #steps: ActivityStep[] = [];
  #waitingSince: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same fetch, each request a step. */
  recording(fetch: SafeFetch): SafeFetch {
    return async (url, request = {}) => {
      const began = this.#clock.now();
      const of = { name: request.purpose ?? "request", method: request.method ?? "GET", url: withoutQuery(url) };
      try {
        const response = await fetch(url, request);
        this.#add({ ...of, status: response.status, error: null }, began);
        return response;
      } catch (error) {
        this.#add({ ...of, status: null, error: reasonOf(error) }, began);
        throw error;
      }
    };
  }

  /** The person is being waited for, or no longer. Says the same as often as it likes. */
  waiting(isWaiting: boolean): void {
    if (isWaiting) this.#waitingSince ??= this.#clock.now();
    else if (this.#waitingSince !== null) {
      const began = this.#waitingSince;
      this.#waitingSince = null;
      this.#add({ name: "waiting for the person", method: null, url: null, status: null, error: null }, began);
    }
  }

  all(): readonly ActivityStep[] {
    return this.#steps;
  }

  evidence(): Evidence {
    const named = this.#steps.filter(({ name }) => METADATA_PURPOSES.has(name));
    return {
      tried: named.map(({ url, status, error }) => ({ url: url ?? "", result: status ?? error ?? "failed" })),
      registration_attempted: this.#steps.some(({ name }) => name === REGISTRATION_PURPOSE),
    };
  }

  #add(step: Omit<ActivityStep, "started_at" | "ms" | "times">, began: number): void {
    const ms = Math.max(0, Math.round(this.#clock.now() - began));
    const last = this.#steps.at(-1);
    if (last !== undefined && sameStep(last, step)) {
      this.#steps[this.#steps.length - 1] = { ...last, ms: last.ms + ms, times: last.times + 1 };
    } else if (this.#steps.length < MAX_STEPS) {
      this.#steps.push({ ...step, started_at: new Date(began).toISOString(), ms, times: 1 });
    }
  }
}

function sameStep(one: ActivityStep, other: Omit<ActivityStep, "started_at" | "ms" | "times">): boolean {
  return (
    one.name === other.name &&
    one.method === other.method &&
    one.url === other.url &&
    one.status === other.status &&
    one.error === other.error
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof GatehouseError)) return "failed";
  const reason = error.details?.reason;
  return error.code === "upstream_unreachable" && typeof reason === "string" ? reason : error.code;
}
