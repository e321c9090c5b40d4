/** Puts the parts of a hub together, in plain Node: who answers whose port. */

import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ActivityRecord } from "../preload/api.ts";
import type { LogLine } from "../preload/api-config.ts";
import { gatehouseHome } from "../shim/endpoint.ts";
import { openActivity } from "./activity/activity.ts";
import { Calls, recordOf } from "./activity/calls.ts";
import { agentCommand } from "./agent-command.ts";
import { openAgents } from "./agents/agents.ts";
import { ClockWatch } from "./clock-watch.ts";
import { openConfig } from "./config/store.ts";
import type { Config, RemoteServer } from "./config/types.ts";
import { acquireFileLock } from "./file-lock.ts";
import { chooseProxy } from "./http/network.ts";
import { RememberedLists } from "./hub/aggregate/remembered.ts";
import { ApprovedTools } from "./hub/control/approved-tools.ts";
import { Hub } from "./hub/hub.ts";
import { KnownServers } from "./hub/known.ts";
import type { Gate } from "./hub/server-runtime.ts";
import type { createLog } from "./log.ts";
import { logLine } from "./log-reader.ts";
import { createSignIns, type SignInsParts } from "./oauth/sign-ins.ts";
import type { Paths } from "./paths.ts";
import { Pause } from "./pause.ts";
import { type Browser, systemClock } from "./ports.ts";
import { openVault } from "./vault/index.ts";
import { KnownAccounts } from "./vault/known-accounts.ts";
import { openMovableVault } from "./vault/movable.ts";
import { secretVault } from "./vault/secrets.ts";
import { Announcer } from "./verbs/announcer.ts";
import { catalogueIds } from "./verbs/catalogue-ids.ts";
import { EventLists } from "./verbs/events.ts";
import { Gathered } from "./verbs/gathered.ts";
import type { HubHandle } from "./verbs/handle.ts";
import { SignInPages } from "./verbs/sign-in-pages.ts";
import { takeSnapshot } from "./verbs/snapshot.ts";
import { createVerbs } from "./verbs/verbs.ts";
import { within } from "./within.ts";

export interface PartsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables that are for the vault alone; default: as in `env`. */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  readonly browser: Browser;
  readonly version: string;
}

/** Milliseconds that a slow keychain may hold the start up. */
const LOAD_PATIENCE = 3_000;
/** Longer than a refresh can take: two requests and a slow keychain. */
const LOCK_STALE = 45_000;

export interface Parts extends Omit<HubHandle, "close"> {
  readonly core: Hub;
  close(): Promise<void>;
}

export async function assemble(options: PartsOptions, paths: Paths, log: ReturnType<typeof createLog>): Promise<Parts> {
  const { env, browser, version } = options;
  const startedAt = systemClock.now();
  const [accounts, known, approvals, lists, activity, pause] = await Promise.all([
    // A vault in memory is for machines that keep nothing, not even names.
    env.GATEHOUSE_VAULT === "memory"
      ? new KnownAccounts()
      : KnownAccounts.open(join(paths.state, "accounts.json"), log),
    KnownServers.open(join(paths.state, "known-servers.json"), log),
    ApprovedTools.open(join(paths.state, "approved-tools.json"), log),
    RememberedLists.open(join(paths.state, "known-lists.json"), log),
    openActivity({ path: paths.activity, clock: systemClock }),
    Pause.open(join(paths.state, "paused"), log),
  ]);
  const vault = await openMovableVault({
    choicePath: join(paths.state, "vault.json"),
    fixed: env.GATEHOUSE_VAULT,
    open: (kind) => openVault({ paths, env: { ...env, ...options.secrets, GATEHOUSE_VAULT: kind }, log }),
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

  const events = new EventLists();
  const newCalls = new Gathered(events, "calls", recordOf);
  const newRecords = new Gathered(events, "records", (record: ActivityRecord) => record);
  const calls = new Calls({
    keepsArguments: () => config.current.settings.record_arguments,
    added: (call) => newCalls.add(call),
  });
  const newLines = new Gathered(events, "log", (line: LogLine) => line);
  const stopLog = log.onLine((line) => {
    const shown = events.isHeard("log") ? logLine(line) : null;
    if (shown !== null) newLines.add(shown);
  });
  const stopRecords = activity.onRecord((record) => newRecords.add(record));
  const catalogueId = catalogueIds(() => announcer.changed());
  const announcer: Announcer = new Announcer(events, () =>
    takeSnapshot({
      version,
      startedAt,
      clock: systemClock,
      agentCommand: agentCommand(env),
      vault,
      config: () => config.current,
      hub: core,
      signIns,
      isPaused: () => pause.isOn,
      catalogueId,
      approvalsError: () => approvals.trouble,
    }),
  );
  const hubChanged = (): void => {
    const inUse = core.inUse();
    signIns.use(inUse);
    clockWatch.turn(inUse.length > 0);
    announcer.changed();
  };
  const signInPages = new SignInPages((server, account, onProgress) =>
    call("signIn", { server, account, open_browser: false }, onProgress),
  );
  const core: Hub = new Hub(
    {
      gate,
      known,
      approvals,
      clock: systemClock,
      log,
      env,
      changed: hubChanged,
      calls,
      isPaused: () => pause.isOn,
      signInPage: (server, account) => signInPages.offer(server, account),
      async prepare(server) {
        const reading = signIns.load([server]);
        if (!(await within(LOAD_PATIENCE, reading))) void reading.then(() => core.wake(server.name, null));
      },
    },
    lists,
  );
  const resumed = (): void => {
    log.info("hub.resumed", {});
    signIns.resumed();
    core.resumed();
  };
  const clockWatch = new ClockWatch({ clock: systemClock, onJump: resumed });

  const stopSignIns = signIns.onChange(({ server: name, account, kind }) => {
    const server = config.current.servers.get(name) ?? core.adHoc(name);
    if (kind === "grant" && server !== null && server.type !== "stdio") {
      known.setNeedsSignIn(name, server.url, true);
      core.wake(name, account);
    }
    if (kind === "scope") core.widened(name, account);
    if (kind === "default") core.defaultChanged(name);
    announcer.changed();
  });
  chooseProxy(config.current.settings.proxy);
  const stopConfig = config.onChange((current) => {
    chooseProxy(current.settings.proxy);
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

  const agents = await openAgents({
    where: { env, platform: process.platform, home: homedir() },
    command: agentCommand(env),
    // Agents pass on little of their environment, so a folder that is not the usual one goes into the entry.
    env: paths.home === gatehouseHome({}) ? {} : { GATEHOUSE_HOME: paths.home },
    backups: paths.backups,
    record: join(paths.state, "agents.json"),
    log,
  });
  const call = createVerbs({
    env,
    config,
    hub: core,
    signIns,
    known,
    lists,
    activity,
    calls,
    agents,
    log,
    logLines: (query) => log.lines(query),
    vault,
    secrets,
    pause,
    paths,
    accounts,
    memories: [known, lists, approvals, activity, calls],
    snapshot: () => announcer.now(),
    changed: () => announcer.changed(),
  });
  return {
    core,
    call,
    resumed,
    snapshot: () => announcer.now(),
    on: (event, listener) => events.on(event, listener),
    async close() {
      clockWatch.turn(false);
      chooseProxy("");
      stopSignIns();
      stopConfig();
      stopRecords();
      stopLog();
      newLines.close();
      newCalls.close();
      newRecords.close();
      announcer.close();
      events.clear();
      config.close();
      await Promise.all([signIns.close(), core.close(), signInPages.close()]);
      await Promise.all([
        known.close(),
        lists.close(),
        approvals.flush(),
        accounts.close(),
        vault.close(),
        activity.close(),
      ]);
      await log.close();
    },
  };
}

function remoteServers(config: Config): RemoteServer[] {
  return [...config.servers.values()].filter((server): server is RemoteServer => server.type !== "stdio");
}
