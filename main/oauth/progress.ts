/** What a sign-in has said so far, for whoever listens from the start or joins later. */
import type { SignInProgress, SignInStep } from "../../preload/api.ts";

type Listener = (progress: SignInProgress) => void;

export class Progress {
  readonly #said: SignInProgress[] = [];
  readonly #listeners = new Set<Listener>();

  /** Hears everything said before, then what comes. */
  listen(listener: Listener): void {
    for (const progress of this.#said) listener(progress);
    this.#listeners.add(listener);
  }

  add(progress: SignInProgress): void {
    this.#said.push(progress);
    for (const listener of this.#listeners) listener(progress);
  }

  /** Whether anybody could act on what is said. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  get step(): SignInStep {
    return this.#said.at(-1)?.step ?? "probe";
  }
}
