/** What the Electron shell asks of the plain-Node app it hosts. */
import type { Answer, Events, Method, Result, Snapshot } from "../../preload/api.ts";

export interface Hub {
  /** Validates `params` itself and never throws: every failure is in the `Result`. */
  call<M extends Method>(method: M, params: unknown): Promise<Result<Answer<M>>>;
  snapshot(): Snapshot;
  /** Returns the unsubscribe. */
  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void;
  close(reason: "quit"): Promise<void>;
}

/** Where the shell finds what it shows. Absolute paths. */
export interface ShellFiles {
  /** Folder of `index.html`, script and style. */
  readonly renderer: string;
  readonly preload: string;
  /** Folder of the tray's pictures. */
  readonly tray: string;
  /** Picture of the window, where the system wants one. */
  readonly icon: string;
}
