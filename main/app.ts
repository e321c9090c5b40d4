/** The composition root, in plain Node: puts the parts together and hands out one object to draw and to call. */

import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Snapshot } from "../preload/api.ts";
import { type HubRecord, readRecord } from "../shim/endpoint.ts";
import { openActivity } from "./activity/activity.ts";
import { agentCommand } from "./agent-command.ts";
import { ClockWatch } from "./clock-watch.ts";
import { openConfig } from "./config/store.ts";
import type { Config, RemoteServer } from "./config/types.ts";
import { acquireFileLock } from "./file-lock.ts";
import { describeNetwork } from "./http/network.ts";
import { Hub } from "./hub/hub.ts";
import { KnownServers } from "./hub/known.ts";
import type { Gate } from "./hub/server-runtime.ts";
import { createLog, logLevel } from "./log.ts";
import { normalName } from "./names.ts";
import { createSignIns, type SignInsParts } from "./oauth/sign-ins.ts";
import { ensureHome, gatehousePaths, type Paths } from "./paths.ts";
import { attach, hubGone } from "./pipe/attach.ts";
import { serveControl } from "./pipe/control.ts";
import { isAlive, newPipeAddress, newRecord, type Ownership, takeOwnership } from "./pipe/ownership.ts";
import { listen, type Pipe } from "./pipe/server.ts";
import { takeOver } from "./pipe/takeover.ts";
import { type Browser, systemClock } from "./ports.ts";
import { openVault } from "./vault/index.ts";
import { KnownAccounts } from "./vault/known-accounts.ts";
import { openMovableVault } from "./vault/movable.ts";
import { secretVault } from "./vault/secrets.ts";
import { checkedAccountName } from "./verbs/accounts.ts";
import { Announcer } from "./verbs/announcer.ts";
import type { HubHandle } from "./verbs/handle.ts";
import { takeSnapshot } from "./verbs/snapshot.ts";
import { createVerbs } from "./verbs/verbs.ts";

export interface HubOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly browser: Browser;
  readonly version: string;
  readonly role: HubRecord["role"];
  /** Connections on the pipe now. */
  readonly onConnections?: (count: number) => void;
  /** An app wants this hub's place. Absent: the hub keeps it. */
  readonly onYield?: () => void;
}

/** Milliseconds that a slow keychain may hold the start up. */
const LOAD_PATIENCE = 3_000;
/** Longer than a refresh can take: two requests and a slow keychain. */
const LOCK_STALE = 45_000;
const CLOSE_LIMIT = 4_000;
const TAKEOVER_TRIES = 50;

/** Starts the hub of this home; null when one is running already. */
export async function startHub(options: HubOptions): Promise<HubHandle | null> {
  const paths = gatehousePaths(options.env);
  await ensureHome(paths);
  if (await isAlive(readRecord(paths.home))) return null;
  const log = createLog({ path: join(paths.logs, "gatehouse.log"), level: logLevel(options.env.GATEHOUSE_LOG_LEVEL) });
  const parts = await assemble(options, paths, log);
  const address = await newPipeAddress(paths.home);
  const record = newRecord(address.path, options.version, options.role, options.onYield !== undefined);
  let pipe: Pipe | null = null;
  let ownership: Ownership | null = null;
  try {
    pipe = await listen({
      record,
      log,
      openSession: ({ server, account, resume }, agent) =>
        parts.core.openSession(
          normalName(server),
          account === null ? null : checkedAccountName(server, account),
          agent,
          resume,
        ),
      openControl: (peer) => serveControl(peer, { call: parts.call, on: parts.on, onYield: options.onYield }),
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
  const listeners = new Set<(snapshot: Snapshot) => void>();
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
      if (await takeOver(home, options.version)) continue;
      const other = await attach(home, options.version, options.browser);
      if (other !== null) {
        void other.gone.then(async () => {
          if (closing) return;
          current = null;
          current = await next();
          if (current !== null) for (const listener of listeners) listener(current.snapshot());
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
      for (const listener of listeners) listener(snapshot);
    });
    return hub;
  }

  return {
    async call(method, params, onProgress) {
      return current === null
        ? { ok: false, error: hubGone().toObject() }
        : await current.call(method, params, onProgress);
    },
    snapshot: () => current?.snapshot() ?? (latest as Snapshot),
    on(_event, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resumed: () => current?.resumed(),
    async close(reason) {
      closing = true;
      await current?.close(reason);
    },
  };
}

interface Parts extends Omit<HubHandle, "close"> {
  readonly core: Hub;
  close(): Promise<void>;
}

async function assemble(options: HubOptions, paths: Paths, log: ReturnType<typeof createLog>): Promise<Parts> {
  const { env, browser, version } = options;
  const startedAt = systemClock.now();
  const [accounts, known, activity] = await Promise.all([
    // A vault in memory is for machines that keep nothing, not even names.
    env.GATEHOUSE_VAULT === "memory"
      ? new KnownAccounts()
      : KnownAccounts.open(join(paths.state, "accounts.json"), log),
    KnownServers.open(join(paths.state, "known-servers.json"), log),
    openActivity({ path: paths.activity, clock: systemClock }),
  ]);
  const vault = await openMovableVault({
    choicePath: join(paths.state, "vault.json"),
    fixed: env.GATEHOUSE_VAULT,
    open: (kind) => openVault({ paths, env: { ...env, GATEHOUSE_VAULT: kind }, log }),
    keys: () => accounts.keys(),
    log,
  });
  const secrets = secretVault(vault, accounts);
  const config = await openConfig({ path: paths.servers, env, log, secret: (name) => secrets.get(name) });
  const lock: SignInsParts["lock"] = (key, signal) => {
    const name = createHash("sha256")
      .update(JSON.stringify([key.server, key.account, key.origin]))
      .digest("hex");
    return acquireFileLock(join(paths.state, `refresh-${name.slice(0, 16)}.lock`), { staleMs: LOCK_STALE, signal });
  };
  const signIns = createSignIns({ vault, known: accounts, clock: systemClock, log, browser, version, activity, lock });

  const needsSignIn = (server: RemoteServer, account: string): boolean =>
    !signIns.isSignedIn(server, account) && known.needsSignIn(server.name, server.url) === true;
  const gate: Gate = {
    needsSignIn,
    isVaultShut: () => vault.status().state !== "ok" && vault.status().state !== "unknown",
    isRefused: (server, account) => signIns.isRefused(server, account),
    defaultAccount: (server) => signIns.defaultAccount(server),
    credentials(server, account) {
      const credentials = signIns.credentials(server, account);
      return {
        ...credentials,
        refused(used, challenge) {
          if (challenge.status === 401) known.setNeedsSignIn(server.name, server.url, true);
          return credentials.refused(used, challenge);
        },
      };
    },
  };

  const announcer = new Announcer(() =>
    takeSnapshot({
      version,
      startedAt,
      clock: systemClock,
      agentCommand: agentCommand(env),
      vault,
      config: () => config.current,
      hub: core,
      signIns,
    }),
  );
  const hubChanged = (): void => {
    const inUse = core.inUse();
    signIns.use(inUse);
    clockWatch.turn(inUse.length > 0);
    announcer.changed();
  };
  const core: Hub = new Hub({ gate, known, clock: systemClock, log, env, changed: hubChanged });
  const resumed = (): void => {
    log.info("hub.resumed", {});
    signIns.resumed();
    core.resumed();
  };
  const clockWatch = new ClockWatch({ clock: systemClock, onJump: resumed });

  const stopSignIns = signIns.onChange(({ server: name, account, kind }) => {
    const server = config.current.servers.get(name);
    if (kind === "grant" && server !== undefined && server.type !== "stdio") {
      known.setNeedsSignIn(name, server.url, true);
      core.wake(name, account);
    }
    if (kind === "scope") core.widened(name, account);
    if (kind === "default") core.defaultChanged(name);
    announcer.changed();
  });
  const stopConfig = config.onChange((current) => {
    core.apply(current);
    void signIns.load(remoteServers(current)).then(() => announcer.changed());
  });

  const loading = signIns.load(remoteServers(config.current));
  const inTime = await within(LOAD_PATIENCE, loading);
  core.apply(config.current);
  if (!inTime) {
    log.warn("vault.slow", {});
    void loading.then(() => {
      for (const { name } of remoteServers(config.current)) core.wake(name, null);
    });
  }

  const call = createVerbs({
    config,
    hub: core,
    signIns,
    known,
    activity,
    log,
    vault,
    secrets,
    snapshot: () => announcer.now(),
    changed: () => announcer.changed(),
  });
  return {
    core,
    call,
    resumed,
    snapshot: () => announcer.now(),
    on: (_event, listener) => announcer.on(listener),
    async close() {
      clockWatch.turn(false);
      stopSignIns();
      stopConfig();
      announcer.close();
      config.close();
      await Promise.all([signIns.close(), core.close()]);
      await Promise.all([known.close(), accounts.close(), vault.close(), activity.close()]);
      await log.close();
    },
  };
}

function remoteServers(config: Config): RemoteServer[] {
  return [...config.servers.values()].filter((server): server is RemoteServer => server.type !== "stdio");
}

/** Resolves true when `promise` settled within the time, false when it is still going on. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
