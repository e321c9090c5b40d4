/** What servers said in passing that the next request to them needs: a DPoP nonce, and what time it is there. */
import type { SafeFetch } from "../http/fetch.ts";
import type { Clock } from "../ports.ts";
import type { DpopKey } from "../vault/types.ts";
import { dpopProof } from "./dpop.ts";

/** A `Date` header has whole seconds and was on its way; less than this is no difference of clocks. Milliseconds. */
const TELLING = 5_000;
const MAX_ORIGINS = 200;
/** RFC 9449 §8.1: the characters of a nonce. */
const NONCE = /^[\x21\x23-\x5B\x5D-\x7E]{1,1024}$/;

interface Said {
  nonce: string | null;
  /** Their clock less ours, milliseconds. */
  offset: number;
}

export class Origins {
  readonly #clock: Clock;
  readonly #said = new Map<string, Said>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Of any answer of that origin: `DPoP-Nonce` (RFC 9449 §8.2) and `Date` (RFC 9110 §6.6.1). Strange values count as absent. */
  heard(url: URL, headers: { readonly nonce: string | null; readonly date: string | null }): void {
    const { nonce, date } = headers;
    const time = date === null ? Number.NaN : Date.parse(date);
    if (nonce === null && Number.isNaN(time)) return;
    const said = this.#of(url.origin);
    if (nonce !== null && NONCE.test(nonce)) said.nonce = nonce;
    if (!Number.isNaN(time)) {
      const offset = time - this.#clock.now();
      said.offset = Math.abs(offset) < TELLING ? 0 : offset;
    }
  }

  /** The `DPoP` header for one request. `token`: that goes with it; null at the token endpoint. */
  proof(key: DpopKey, method: string, url: URL, token: string | null): string {
    const nonce = this.#said.get(url.origin)?.nonce ?? null;
    return dpopProof(key, { method, url, token, nonce, now: this.#clock.now() + this.offset(url.origin) });
  }

  /** The clock there less ours as far as known, milliseconds. */
  offset(origin: string): number {
    return this.#said.get(origin)?.offset ?? 0;
  }

  /** Their clock less the system's, in whole seconds, for a library that dates with the system's. */
  skewS(origin: string): number {
    return Math.round((this.#clock.now() + this.offset(origin) - Date.now()) / 1000);
  }

  /** The same fetch, with an ear for what is said in passing. */
  listening(fetch: SafeFetch): SafeFetch {
    return async (url, request) => {
      const response = await fetch(url, request);
      const { headers } = response;
      // What a cache kept tells an old time.
      const date = headers.has("age") ? null : headers.get("date");
      this.heard(new URL(url), { nonce: headers.get("dpop-nonce"), date });
      return response;
    };
  }

  #of(origin: string): Said {
    const said = this.#said.get(origin) ?? { nonce: null, offset: 0 };
    this.#said.delete(origin);
    this.#said.set(origin, said);
    for (const oldest of this.#said.keys()) {
      if (this.#said.size <= MAX_ORIGINS) break;
      this.#said.delete(oldest);
    }
    return said;
  }
}
