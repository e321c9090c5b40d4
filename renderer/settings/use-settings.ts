/** The settings as they are, and the one way to change them. */
import { useCallback, useEffect, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { AppSettings, SettingsView } from "../../preload/api-settings.ts";
import { useApp } from "../store.ts";

/** Answers whether it was kept. A failure is shown with the others. */
export type ChangeSettings = (change: Partial<AppSettings>) => Promise<boolean>;

interface Settings {
  /** Null until they are known. */
  readonly view: SettingsView | null;
  readonly error: ErrorObject | null;
  readonly change: ChangeSettings;
  reload(): void;
}

export function useSettings(): Settings {
  const run = useApp((state) => state.run);
  // A hand edit of the file shows here, too.
  const current = useApp((state) => state.snapshot?.settings);
  const [view, setView] = useState<SettingsView | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);

  const reload = useCallback(() => {
    void run("getSettings", {}).then((result) => {
      if (result.ok) setView(result.value);
      setError(result.ok ? null : result.error);
    });
  }, [run]);

  useEffect(reload, [reload]);

  const change = useCallback<ChangeSettings>(
    async (members) => {
      const result = await run("setSettings", members);
      if (result.ok) setView(result.value);
      return result.ok;
    },
    [run],
  );

  const shown = view === null || current === undefined ? view : { ...view, settings: current };
  return { view: shown, error, change, reload };
}
