/** Jobs one after the other. */

export interface Serial {
  /** Runs `job` when every job before it has ended, well or badly; answers as it does. */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
}

export function createSerial(): Serial {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run: (job) => {
      const result = tail.then(job);
      tail = result.catch(() => undefined);
      return result;
    },
    idle: async () => {
      for (let seen: unknown; seen !== tail; ) {
        seen = tail;
        await tail;
      }
    },
  };
}
