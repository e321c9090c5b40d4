/** What verbs are made from, and what they are. */
import type { Answer, Method, SignInProgress, Snapshot } from "../../preload/api.ts";
import type { Activity } from "../activity/activity.ts";
import type { Calls } from "../activity/calls.ts";
import type { Agents } from "../agents/agents.ts";
import type { ConfigStore } from "../config/store.ts";
import type { RememberedLists } from "../hub/aggregate/remembered.ts";
import type { Hub } from "../hub/hub.ts";
import type { KnownServers } from "../hub/known.ts";
import type { FileLog } from "../log.ts";
import type { SignIns } from "../oauth/types.ts";
import type { Paths } from "../paths.ts";
import type { Pause } from "../pause.ts";
import type { Log } from "../ports.ts";
import type { KnownAccounts } from "../vault/known-accounts.ts";
import type { MovableVault } from "../vault/movable.ts";
import type { SecretVault } from "../vault/secrets.ts";
import type { Checked } from "./params.ts";

export interface VerbDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: ConfigStore;
  readonly hub: Hub;
  readonly signIns: SignIns;
  readonly known: KnownServers;
  readonly lists: RememberedLists;
  readonly vault: MovableVault;
  readonly secrets: SecretVault;
  readonly activity: Activity;
  readonly calls: Calls;
  readonly agents: Agents;
  readonly pause: Pause;
  readonly paths: Paths;
  /** What grants and secrets are known to rest in the vault. */
  readonly accounts: KnownAccounts;
  /** All that is remembered from one start to the next, but for accounts. Rejects when it cannot be deleted. */
  readonly memories: readonly { clear(): Promise<void> }[];
  readonly log: Log;
  /** Of the log, the newest last. */
  readonly logLines: FileLog["lines"];
  readonly snapshot: () => Snapshot;
  /** Something that the snapshot shows changed. */
  readonly changed: () => void;
}

export type OnProgress = (progress: SignInProgress) => void;

export type Handlers = {
  readonly [M in Method]: (params: Checked<M>, onProgress: OnProgress | undefined) => Promise<Answer<M>> | Answer<M>;
};
/** The verbs of one file. */
export type Verbs<M extends Method> = Pick<Handlers, M>;
