/** The list as it grows: what there was, what comes, and what waits while the list stands still. Pure. */
import type { ErrorObject } from "../../preload/api.ts";
import { merged, type Row } from "./rows.ts";

export interface Feed {
  readonly rows: readonly Row[];
  /** Nothing has been answered yet. */
  readonly loading: boolean;
  readonly error: ErrorObject | null;
  /** Rows that came while the list stands still; null: it is live. */
  readonly held: readonly Row[] | null;
  /** There may be older ones. */
  readonly more: boolean;
}

export const EMPTY_FEED: Feed = { rows: [], loading: true, error: null, held: null, more: false };

export type FeedEvent =
  | { readonly kind: "loaded"; readonly rows: readonly Row[]; readonly more: boolean }
  | { readonly kind: "failed"; readonly error: ErrorObject }
  | { readonly kind: "came"; readonly rows: readonly Row[] }
  | { readonly kind: "live"; readonly live: boolean };

export function nextFeed(feed: Feed, event: FeedEvent): Feed {
  switch (event.kind) {
    case "loaded":
      return { ...feed, loading: false, error: null, rows: merged(feed.rows, event.rows), more: event.more };
    case "failed":
      return { ...feed, loading: false, error: event.error };
    case "came":
      return feed.held === null
        ? { ...feed, rows: merged(feed.rows, event.rows) }
        : { ...feed, held: merged(feed.held, event.rows) };
    case "live":
      if (event.live === (feed.held === null)) return feed;
      return event.live ? { ...feed, rows: merged(feed.rows, feed.held ?? []), held: null } : { ...feed, held: [] };
  }
}
