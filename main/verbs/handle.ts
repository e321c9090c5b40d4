/** A hub as tray, window and terminal see it, wherever it runs. */
import type { Answer, Events, Method, Result, SignInProgress, Snapshot } from "../../preload/api.ts";

export interface HubHandle {
  /** Checks `params` itself and never rejects: every failure is in the `Result`. */
  call<M extends Method>(
    method: M,
    params: unknown,
    onProgress?: (progress: SignInProgress) => void,
  ): Promise<Result<Answer<M>>>;
  /** The latest. */
  snapshot(): Snapshot;
  /** Returns the unsubscribe. */
  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void;
  /** The machine was asleep: grants are looked at and streams opened anew, at once. */
  resumed(): void;
  /** Ends sessions and sign-ins politely; takes at most a few seconds. */
  close(reason: "quit"): Promise<void>;
}
