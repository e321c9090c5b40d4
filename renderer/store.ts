/** All the window knows: the hub's snapshot, replaced whole by each event, and what the person has in hand. */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Answer, Bridge, ErrorObject, Method, Params, Result, ServerStatus, Snapshot } from "../preload/api.ts";
import { needUnknown } from "../preload/text.ts";

/** The dialog that is open. Servers are named, not held: the snapshot may change below. */
export type OpenDialog =
  | { readonly kind: "add" }
  | { readonly kind: "edit"; readonly server: string }
  | { readonly kind: "remove"; readonly server: string }
  | { readonly kind: "sign_out" | "remove_account"; readonly server: string; readonly account: string };

export interface AppState {
  /** Null until the hub has answered for the first time. */
  readonly snapshot: Snapshot | null;
  /** The hub cannot be reached: nothing shown is current any more. */
  readonly lost: boolean;
  /** Name of the server whose details are open. */
  readonly selected: string | null;
  readonly dialog: OpenDialog | null;
  /** Calls under way, as {@link pendingKey}. */
  readonly pending: ReadonlySet<string>;
  /** Failures of calls, the newest last; each until it is dismissed. */
  readonly errors: readonly ErrorObject[];

  /** Fetches the first snapshot and follows the others. Once. */
  connect(): Promise<void>;
  /** Calls the hub; a failure is added to `errors` and returned. */
  run<M extends Method>(method: M, params: Params<M>): Promise<Result<Answer<M>>>;
  select(server: string | null): void;
  open(dialog: OpenDialog | null): void;
  dismiss(correlationId: string): void;
}

/** More failures than this at once are not read anyway. */
const MAX_ERRORS = 3;

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

/** Calls whose failures their own dialog shows. */
const SHOWN_IN_PLACE: ReadonlySet<Method> = new Set(["addServer", "updateServer"]);

type Calls = { readonly [M in Method]: (params: Params<M>) => Promise<Result<Answer<M>>> };

export function createAppStore(bridge: Bridge): StoreApi<AppState> {
  const calls: Calls = bridge;
  return createStore<AppState>((set, get) => ({
    snapshot: null,
    lost: false,
    selected: null,
    dialog: null,
    pending: new Set(),
    errors: [],

    async connect() {
      bridge.on("snapshot", (snapshot) => set(withSnapshot(get(), snapshot)));
      const first = await get().run("getSnapshot", {});
      if (!first.ok) return;
      // An event that came meanwhile is newer than this answer.
      if (get().snapshot === null) set(withSnapshot(get(), first.value));
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

    select: (selected) => set({ selected }),
    open: (dialog) => set({ dialog }),
    dismiss: (id) => set({ errors: get().errors.filter((error) => error.correlation_id !== id) }),
  }));
}

function answerOf<T>(call: Promise<Result<T>>): Promise<Result<T>> {
  return call.catch(() => ({ ok: false, error: LOST }));
}

/** What the person did on purpose is no failure, and what a dialog or the banner shows needs no second place. */
function isNews(method: Method, error: ErrorObject): boolean {
  return error !== LOST && error.code !== "sign_in_cancelled" && !SHOWN_IN_PLACE.has(method);
}

/** A server that is gone takes its open details and dialogs with it. */
function withSnapshot(state: AppState, snapshot: Snapshot): Partial<AppState> {
  const there = (name: string): boolean => snapshot.servers.some((server) => server.name === name);
  const { selected, dialog } = state;
  return {
    snapshot,
    lost: false,
    selected: selected !== null && there(selected) ? selected : null,
    dialog: dialog !== null && "server" in dialog && !there(dialog.server) ? null : dialog,
  };
}

/** Failures that no server in the list shows already. */
export function unseenErrors(errors: readonly ErrorObject[], servers: readonly ServerStatus[]): ErrorObject[] {
  const shown = new Set(servers.map((server) => server.error?.correlation_id));
  return errors.filter((error) => !shown.has(error.correlation_id));
}

export const StoreContext = createContext<StoreApi<AppState> | null>(null);

export function useApp<T>(selector: (state: AppState) => T): T {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("no store above this component");
  return useStore(store, selector);
}
