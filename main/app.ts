/** A hub of this home, and the app's: its own, or the one that another process runs. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { HUB_EVENTS, type HubEvent, type Snapshot } from "../preload/api.ts";
import { type HubRecord, readRecord } from "../shim/endpoint.ts";
import { type Newcomer, yieldsTo } from "../shim/versions.ts";
import type { Target } from "../shim/wire.ts";
import { assemble, type PartsOptions } from "./assemble.ts";
import { describeNetwork } from "./http/network.ts";
import { createLog, logLevel } from "./log.ts";
import { normalName } from "./names.ts";
import { ensureHome, gatehousePaths } from "./paths.ts";
import { attach, hubGone } from "./pipe/attach.ts";
import { serveControl } from "./pipe/control.ts";
import { isAlive, newPipeAddress, newRecord, type Ownership, takeOwnership } from "./pipe/ownership.ts";
import { listen, type Pipe } from "./pipe/server.ts";
import { takeOver } from "./pipe/takeover.ts";
import { checkedAccountName } from "./verbs/accounts.ts";
import { EventLists } from "./verbs/events.ts";
import type { HubHandle } from "./verbs/handle.ts";
import { within } from "./within.ts";

export interface HubOptions extends PartsOptions {
  readonly role: HubRecord["role"];
  /** Connections on the pipe now. */
  readonly onConnections?: (count: number) => void;
  /** A shim started it in the background, not a person. */
  readonly launched?: boolean;
  /** Another hub gets this one's place: it is to be closed. Absent: it keeps its place. */
  readonly onYield?: () => void;
}

const CLOSE_LIMIT = 4_000;
/** Milliseconds that requests in flight get when another hub takes the place, and between two looks at them. */
const LAST_REQUESTS = 2_000;
const LOOK_EVERY = 20;
const TAKEOVER_TRIES = 50;

/** Starts the hub of this home; null when one is running already that does not make way. */
export async function startHub(options: HubOptions): Promise<HubHandle | null> {
  const paths = gatehousePaths(options.env);
  await ensureHome(paths);
  const newcomer = options.role === "app" ? "app" : options.launched ? "shim" : "headless";
  const isTaken = await isAlive(readRecord(paths.home));
  if (isTaken && !(await takeOver(paths.home, options.version, newcomer))) return null;
  const log = createLog({ path: join(paths.logs, "gatehouse.log"), level: logLevel(options.env.GATEHOUSE_LOG_LEVEL) });
  const parts = await assemble(options, paths, log);
  const address = await newPipeAddress(paths.home);
  const record = newRecord(address.path, options.version, options.role, options.launched);
  let isYielding = false;
  const onYield = (other: Newcomer): boolean => {
    if (options.onYield === undefined || !yieldsTo(record, other)) return false;
    log.info("hub.yields", { ...other });
    isYielding = true;
    options.onYield();
    return true;
  };
  let pipe: Pipe | null = null;
  let ownership: Ownership | null = null;
  try {
    pipe = await listen({
      record,
      log,
      openSession: ({ target, resume }, agent) => parts.core.openSession(checked(target), agent, resume),
      openControl: (peer) => serveControl(peer, { call: parts.call, on: parts.on, onYield }),
      onCount: options.onConnections ?? (() => {}),
    });
    ownership = await takeOwnership(paths.home, record);
  } finally {
    if (ownership === null) {
      await pipe?.close();
      await parts.close();
    }
  }
  if (ownership === null) return null;
  const owned = ownership;
  const open = pipe;
  const { proxy, unreadable } = describeNetwork(options.env);
  log.info("hub.started", { version: options.version, role: options.role, pid: process.pid, proxy });
  for (const file of unreadable) log.warn("network.certificates_unreadable", { ...file });
  return {
    call: parts.call,
    snapshot: parts.snapshot,
    on: parts.on,
    resumed: parts.resumed,
    async close() {
      log.info("hub.stopping", {});
      // Agents that make no pause are not waited for any longer.
      for (const end = Date.now() + LAST_REQUESTS; isYielding && parts.core.isBusy && Date.now() < end; ) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      }
      // The record goes first: who looks for a hub from now on starts a new one.
      await owned.release();
      await within(CLOSE_LIMIT, Promise.all([open.close(), parts.close()]));
      if (address.folder !== null) await rm(address.folder, { recursive: true, force: true });
    },
  };
}

/**
 * The app's hub: its own, or, while another process has this home's, that one. When that one goes, the app takes over;
 * whoever holds the returned handle sees one hub throughout.
 */
export async function startApp(options: HubOptions): Promise<HubHandle> {
  const { home } = gatehousePaths(options.env);
  const events = new EventLists();
  /** Of what is forwarded from the hub that is followed now. */
  const stops = new Map<HubEvent, () => void>();
  let closing = false;
  let current = await next();
  let latest = current?.snapshot() ?? null;
  if (current === null || latest === null) throw hubGone();

  async function next(): Promise<HubHandle | null> {
    for (let attempt = 0; attempt < TAKEOVER_TRIES && !closing; attempt++) {
      const own = await startHub(options);
      if (own !== null) {
        // A person is at this desktop: what needs them is found out now, not when an agent stumbles upon it.
        void own.call("probe", {});
        return follow(own);
      }
      const other = await attach(home, options.version, options.browser);
      if (other !== null) {
        void other.gone.then(async () => {
          if (closing) return;
          current = null;
          current = await next();
          if (current !== null) events.emit("snapshot", current.snapshot());
        });
        return follow(other);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return null;
  }

  function follow(hub: HubHandle): HubHandle {
    hub.on("snapshot", (snapshot) => {
      latest = snapshot;
    });
    stops.clear();
    for (const event of HUB_EVENTS) if (events.isHeard(event)) forward(hub, event);
    return hub;
  }

  /** Only what somebody listens to: calls and log lines that nobody looks at cost the hub nothing. */
  function forward<E extends HubEvent>(hub: HubHandle, event: E): void {
    if (!stops.has(event))
      stops.set(
        event,
        hub.on(event, (value) => events.emit(event, value)),
      );
  }

  return {
    async call(method, params, onProgress) {
      return current === null
        ? { ok: false, error: hubGone().toObject() }
        : await current.call(method, params, onProgress);
    },
    snapshot: () => current?.snapshot() ?? (latest as Snapshot),
    on(event, listener) {
      const stop = events.on(event, listener);
      if (current !== null) forward(current, event);
      return () => {
        stop();
        if (events.isHeard(event)) return;
        stops.get(event)?.();
        stops.delete(event);
      };
    },
    resumed: () => current?.resumed(),
    async close(reason) {
      closing = true;
      await current?.close(reason);
    },
  };
}

function checked(target: Target): Target {
  if (target.kind !== "server") return target;
  const { server, account } = target;
  return {
    kind: "server",
    server: normalName(server),
    account: account === null ? null : checkedAccountName(server, account),
  };
}
