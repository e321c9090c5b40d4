/** An answer to what is in hand now: asked for after a pause in typing, and stale answers are dropped. */
import { useEffect, useState } from "react";
import type { ErrorObject, Result } from "../../preload/api.ts";

export type Latest<T> =
  | { readonly state: "none" }
  | { readonly state: "asking" }
  | { readonly state: "there"; readonly value: T }
  | { readonly state: "failed"; readonly error: ErrorObject };

const NONE = { state: "none" } as const;
const ASKING = { state: "asking" } as const;

/**
 * `question`: what is asked, compared as a string; null: nothing. `pause` in milliseconds. `ask` may be a new function
 * with each drawing.
 */
export function useLatest<T>(
  question: string | null,
  pause: number,
  ask: (question: string) => Promise<Result<T>>,
  /** Another one asks the same again. */
  turn = 0,
): Latest<T> {
  const to = `${turn} ${question}`;
  const [answer, setAnswer] = useState<{ readonly to: string; readonly latest: Latest<T> } | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question alone is the reason to ask
  useEffect(() => {
    if (question === null) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      void ask(question).then((result) => {
        if (!isCurrent) return;
        const latest = result.ok
          ? ({ state: "there", value: result.value } as const)
          : ({ state: "failed", error: result.error } as const);
        setAnswer({ to, latest });
      });
    }, pause);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [to, pause]);

  if (question === null) return NONE;
  return answer?.to === to ? answer.latest : ASKING;
}
