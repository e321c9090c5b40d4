/** Whether the person has paused everything: kept from one start to the next by a file that is there or not. */
import { rm, stat } from "node:fs/promises";
import { replaceFile } from "./atomic-file.ts";
import type { Log } from "./ports.ts";
import { createSerial } from "./serial.ts";

export class Pause {
  readonly #path: string;
  readonly #log: Log;
  readonly #writes = createSerial();
  #isOn: boolean;

  private constructor(path: string, log: Log, isOn: boolean) {
    this.#path = path;
    this.#log = log;
    this.#isOn = isOn;
  }

  /** Never rejects. What cannot be told counts as not paused. */
  static async open(path: string, log: Log): Promise<Pause> {
    const isOn = await stat(path).then(
      () => true,
      () => false,
    );
    return new Pause(path, log, isOn);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** In force at once, on disk when it resolves. Never rejects: a disk that is full must not keep anybody from pausing. */
  set(isOn: boolean): Promise<void> {
    this.#isOn = isOn;
    return this.#writes.run(async () => {
      try {
        if (isOn) await replaceFile(this.#path, "", { mode: 0o600 });
        else await rm(this.#path, { force: true });
      } catch (error) {
        this.#log.warn("pause.not_written", { path: this.#path, error });
      }
    });
  }
}
