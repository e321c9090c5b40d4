/** A hub that runs in another process, used as if it were here. */
import {
  type Answer,
  HUB_EVENTS,
  type HubEvent,
  type Method,
  type Result,
  type SignInProgress,
  type Snapshot,
} from "../../preload/api.ts";
import { connectHub } from "../../shim/connect.ts";
import { openControl } from "../../shim/control.ts";
import { readRecord } from "../../shim/endpoint.ts";
import { GatehouseError } from "../errors.ts";
import { type Browser, systemClock } from "../ports.ts";
import { EventLists } from "../verbs/events.ts";
import type { HubHandle } from "../verbs/handle.ts";
import { OwnBrowser } from "./own-browser.ts";

export interface AttachedHub extends HubHandle {
  /** Resolves when that hub is gone. */
  readonly gone: Promise<void>;
}

/** Null when no hub answers. Sign-ins asked for here open their pages with `browser`. */
export async function attach(home: string, version: string, browser: Browser): Promise<AttachedHub | null> {
  const record = readRecord(home);
  if (record === null) return null;
  const reached = await connectHub(record, version, { kind: "control" });
  if (reached.kind !== "open") return null;
  const events = new EventLists();
  const control = openControl(reached.socket, (event, value) => {
    if (event === "signInProgress") return pages.heard(value as SignInProgress);
    if (event !== "snapshot") return events.emit(event as HubEvent, value as never);
    latest = pages.seen(value as Snapshot);
    events.emit("snapshot", latest);
  });
  const pages = new OwnBrowser({ browser, clock: systemClock, call: control.call });
  let latest: Snapshot;
  try {
    const first = (await control.call("getSnapshot", {})) as Result<Snapshot>;
    if (!first.ok) return null;
    latest = first.value;
    await control.subscribe(HUB_EVENTS);
  } catch {
    return null;
  }
  return {
    gone: control.closed,
    snapshot: () => latest,
    async call<M extends Method>(method: M, params: unknown): Promise<Result<Answer<M>>> {
      try {
        const result = method === "signIn" ? pages.signIn(params, latest) : control.call(method, params);
        return (await result) as Result<Answer<M>>;
      } catch (error) {
        return { ok: false, error: hubGone(error).toObject() };
      }
    },
    on: (event, listener) => events.on(event, listener),
    // It notices by itself.
    resumed() {},
    async close() {
      control.close();
      await control.closed;
    },
  };
}

export function hubGone(cause?: unknown): GatehouseError {
  return new GatehouseError({
    code: "hub_unreachable",
    message: "The part of Gatehouse that does the work went away.",
    suggestion: "Wait a moment and try again: it is being started.",
    cause,
  });
}
