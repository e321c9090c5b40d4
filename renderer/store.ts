/** All the window knows: the hub's snapshot, replaced whole by each event, and what the person has in hand. */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type {
  Answer,
  Bridge,
  ErrorObject,
  Method,
  Params,
  Result,
  ServerStatus,
  ShellMethod,
  Snapshot,
} from "../preload/api.ts";
import type { Destination, ShellApi, ShellInfo } from "../preload/api-settings.ts";
import { needUnknown } from "../preload/text.ts";
import { languageFor, t } from "../preload/words.ts";
import { loadLanguage } from "./language.ts";

export const SCREENS = ["servers", "agents", "activity", "settings"] as const;
export type Screen = (typeof SCREENS)[number];

export const SERVER_TABS = ["overview", "tools", "activity", "log", "settings"] as const;
export type ServerTab = (typeof SERVER_TABS)[number];

export interface OpenAdd {
  readonly kind: "add";
  /** What a link put into its field; nothing is done with it before the person says so. */
  readonly text?: string;
  /** Where it begins. */
  readonly from?: "catalogue" | "text" | "agents";
  /** The agent whose own servers are to be taken over. */
  readonly agent?: { readonly client: string; readonly name: string };
}

/** The dialog that is open. Servers are named, not held: the snapshot may change below. */
export type OpenDialog =
  | OpenAdd
  | { readonly kind: "palette" }
  | { readonly kind: "remove"; readonly server: string }
  | { readonly kind: "sign_out" | "remove_account"; readonly server: string; readonly account: string };

/** A word on what has just been done, and the way back. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  /** Null: there is no way back. */
  readonly undo: (() => void) | null;
}

export interface AppState {
  /** Null until the hub has answered for the first time. */
  readonly snapshot: Snapshot | null;
  /** Null until the app around the window has answered. */
  readonly shell: ShellInfo | null;
  /** BCP 47; the words are those of it. */
  readonly language: string;
  /** The hub cannot be reached: nothing shown is current any more. */
  readonly lost: boolean;
  readonly screen: Screen;
  /** Name of the server whose details are open. */
  readonly selected: string | null;
  readonly tab: ServerTab;
  /** Member of the selected server's entry whose field is to have the focus, as in `auth.client_id`. */
  readonly member: string | null;
  readonly dialog: OpenDialog | null;
  /** Calls under way, as {@link pendingKey}. */
  readonly pending: ReadonlySet<string>;
  /** Failures of calls, the newest last; each until it is dismissed. */
  readonly errors: readonly ErrorObject[];
  readonly toasts: readonly Toast[];

  /** Fetches the first snapshot and follows the others. Once. */
  connect(): Promise<void>;
  /** Calls the hub; a failure is added to `errors` and returned. */
  run<M extends Method>(method: M, params: Params<M>): Promise<Result<Answer<M>>>;
  /** Calls the app around the window; a failure is returned. */
  ask<M extends ShellMethod>(method: M, params: Parameters<ShellApi[M]>[0]): Promise<Result<ReturnType<ShellApi[M]>>>;
  /** As `on` of the bridge, for what is live. */
  readonly on: Bridge["on"];
  go(screen: Screen): void;
  /** Opens the details of a server, or closes them. */
  select(server: string | null, tab?: ServerTab, member?: string): void;
  open(dialog: OpenDialog | null): void;
  dismiss(correlationId: string): void;
  /** Shows a toast for a while. `undo`: as an edit answered it, or what takes it back. */
  say(text: string, undo?: string | (() => void) | null): void;
  unsay(id: number): void;
}

/** More at once are not read anyway. */
const MAX_ERRORS = 3;
const MAX_TOASTS = 3;

export function pendingKey(method: Method, params: unknown): string {
  const { server, name, account } = params as { server?: string; name?: string; account?: string };
  return [method, server ?? name, account].filter((part) => part !== undefined).join(" ");
}

const LOST: ErrorObject = {
  code: "hub_unreachable",
  server: null,
  message: "Gatehouse did not answer this window.",
  suggestion:
    "Close the window and open it again from the tray. If that does not help, quit Gatehouse and start it again.",
  correlation_id: "window",
};

/** Calls whose failures are shown where they were made. */
const SHOWN_IN_PLACE: ReadonlySet<Method> = new Set([
  "addServer",
  "updateServer",
  "getEntry",
  "checkEntry",
  "setEntry",
  "listContents",
  "tryTool",
  "inspectUrl",
  "catalogue",
  "searchRegistry",
  "readSnippet",
  "readAgentServers",
  "importServers",
  "listAgents",
  "previewAgent",
  "applyAgent",
  "logs",
  "calls",
  "activity",
]);

type Calls = { readonly [M in Method]: (params: Params<M>) => Promise<Result<Answer<M>>> };
type ShellCalls = {
  readonly [M in ShellMethod]: (params: Parameters<ShellApi[M]>[0]) => Promise<Result<ReturnType<ShellApi[M]>>>;
};

export function createAppStore(bridge: Bridge): StoreApi<AppState> {
  const calls: Calls = bridge;
  const shellCalls: ShellCalls = bridge;
  let toasts = 0;
  return createStore<AppState>((set, get) => {
    const show = async (change: Partial<AppState>): Promise<void> => {
      const next = { ...get(), ...change };
      const language = languageFor(next.snapshot?.settings.language ?? "system", next.shell?.languages ?? []);
      if (language !== next.language) await loadLanguage(language);
      set({ ...change, language });
    };
    const follow = (snapshot: Snapshot): Promise<void> | void => {
      const change = withSnapshot(get(), snapshot);
      const language = languageFor(snapshot.settings.language, get().shell?.languages ?? []);
      // Without a new language there is nothing to wait for, and snapshots stay in their order.
      return language === get().language ? set(change) : show(change);
    };
    const arrive = (destination: Destination): void => {
      const { go, open, select } = get();
      if (destination.to === "server") select(destination.server);
      else if (destination.to === "add") {
        go("servers");
        open({ kind: "add", ...(destination.text === null ? {} : { text: destination.text }) });
      } else go(destination.to);
    };

    return {
      snapshot: null,
      shell: null,
      language: "en",
      lost: false,
      screen: "servers",
      selected: null,
      tab: "overview",
      member: null,
      dialog: null,
      pending: new Set(),
      errors: [],
      toasts: [],
      on: (event, listener) => bridge.on(event, listener),

      async connect() {
        bridge.on("snapshot", (snapshot) => void follow(snapshot));
        bridge.on("shell", (shell) => void show({ shell }));
        bridge.on("destination", arrive);
        const shell = await get().ask("shellInfo", {});
        if (shell.ok && get().shell === null) set({ shell: shell.value });
        const first = await get().run("getSnapshot", {});
        if (!first.ok) return;
        // An event that came meanwhile is newer than this answer.
        if (get().snapshot === null) await follow(first.value);
        const wanted = await get().ask("takeDestination", {});
        if (wanted.ok && wanted.value.destination) arrive(wanted.value.destination);
        if (get().snapshot?.servers.some(needUnknown)) await get().run("probe", {});
      },

      async run(method, params) {
        const key = pendingKey(method, params);
        set({ pending: new Set(get().pending).add(key) });
        const result = await answerOf(calls[method](params));
        const pending = new Set(get().pending);
        pending.delete(key);
        set({ pending, lost: !result.ok && result.error === LOST });
        if (!result.ok && isNews(method, result.error)) {
          set({ errors: [...get().errors, result.error].slice(-MAX_ERRORS) });
        }
        return result;
      },

      ask: (method, params) => answerOf(shellCalls[method](params)),

      go: (screen) => set({ screen }),
      select: (selected, tab = "overview", member) =>
        set({ selected, tab, member: member ?? null, ...(selected === null ? {} : { screen: "servers" }) }),
      open: (dialog) => set({ dialog }),
      dismiss: (id) => set({ errors: get().errors.filter((error) => error.correlation_id !== id) }),

      say(text, undo = null) {
        const id = ++toasts;
        const takeBack = async (name: string): Promise<void> => {
          const result = await get().run("undo", { undo: name });
          if (result.ok) get().say(t("undone"));
        };
        const back = typeof undo === "string" ? () => void takeBack(undo) : undo;
        set({ toasts: [...get().toasts, { id, text, undo: back }].slice(-MAX_TOASTS) });
      },
      unsay: (id) => set({ toasts: get().toasts.filter((toast) => toast.id !== id) }),
    };
  });
}

function answerOf<T>(call: Promise<Result<T>>): Promise<Result<T>> {
  return call.catch(() => ({ ok: false, error: LOST }));
}

/** What the person did on purpose is no failure, and what a dialog or the banner shows needs no second place. */
function isNews(method: Method, error: ErrorObject): boolean {
  return error !== LOST && error.code !== "sign_in_cancelled" && !SHOWN_IN_PLACE.has(method);
}

/** A server that is gone takes its open details and dialogs with it; one that did not change stays the same object. */
function withSnapshot(state: AppState, snapshot: Snapshot): Partial<AppState> {
  const there = (name: string): boolean => snapshot.servers.some((server) => server.name === name);
  const { selected, dialog } = state;
  return {
    snapshot: keepUnchanged(state.snapshot, snapshot),
    lost: false,
    selected: selected !== null && there(selected) ? selected : null,
    dialog: dialog !== null && "server" in dialog && !there(dialog.server) ? null : dialog,
  };
}

/** What came over the bridge is new all over; rows of servers that are as they were need not be drawn again. */
function keepUnchanged(before: Snapshot | null, now: Snapshot): Snapshot {
  const known = new Map(before?.servers.map((server) => [server.name, server]));
  const servers = now.servers.map((server) => {
    const old = known.get(server.name);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(server) ? old : server;
  });
  return { ...now, servers };
}

/** Failures that no server in the list shows already. */
export function unseenErrors(errors: readonly ErrorObject[], servers: readonly ServerStatus[]): ErrorObject[] {
  const shown = new Set(servers.map((server) => server.error?.correlation_id));
  return errors.filter((error) => !shown.has(error.correlation_id));
}

export const StoreContext = createContext<StoreApi<AppState> | null>(null);

export function useAppStore(): StoreApi<AppState> {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("no store above this component");
  return store;
}

export function useApp<T>(selector: (state: AppState) => T): T {
  return useStore(useAppStore(), selector);
}
