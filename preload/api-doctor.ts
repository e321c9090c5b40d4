/** The contract's part on finding out what is wrong, and the one thing to do about each. */

export const CHECK_AREAS = ["hub", "vault", "settings", "network", "clock", "server", "agent"] as const;
export type CheckArea = (typeof CHECK_AREAS)[number];

/** One thing that was looked at. Area, server and id together name it. */
export interface Check {
  /** As in `metadata`. `sign_in` is the one whose failure a sign-in puts right. */
  readonly id: string;
  readonly area: CheckArea;
  /** Name of the server, or of the agent by its id, that it is about; null: neither. */
  readonly server: string | null;
  /** Null: it could not be looked at, or there was nothing to look at; `detail` says why. */
  readonly ok: boolean | null;
  /** What was looked at, in a few words. */
  readonly title: string;
  /** What was found, one or two sentences, no secret. */
  readonly detail: string;
  /** The one thing to do; null where nothing is. */
  readonly fix: string | null;
}

export interface DoctorApi {
  /** Looks at everything, or at one server. Signs in nowhere, changes nothing, ends within a minute. */
  doctor(params: { readonly server?: string }): { readonly checks: readonly Check[] };
}
