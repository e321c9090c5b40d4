/** The entry of one server in `servers.json`: as it is now, checked as it is typed, saved with a way back. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { EntryIssue, EntryView } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import type { Entry } from "../entry-fields.ts";
import { useApp } from "../store.ts";

/** How long after the last key it is checked, and after the last news it is read again, milliseconds. */
const PAUSE = 250;

export interface Change {
  readonly entry?: Entry;
  readonly text?: string;
  readonly new_name?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface EntryEdit {
  /** Null until it was read. */
  readonly view: EntryView | null;
  readonly error: ErrorObject | null;
  /** Of what was typed last; of what the file has when nothing was. */
  readonly issues: readonly EntryIssue[];
  /** Finds out in a moment what would be wrong. */
  readonly check: (change: Change) => void;
  /** Answers whether it was saved. */
  readonly save: (change: Change) => Promise<boolean>;
}

const NO_ISSUES: readonly EntryIssue[] = [];

export function useEntry(name: string): EntryEdit {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const select = useApp((state) => state.select);
  const snapshot = useApp((state) => state.snapshot);
  const [view, setView] = useState<EntryView | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);
  const [typed, setTyped] = useState<readonly EntryIssue[] | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(0);

  const load = useCallback(async (): Promise<void> => {
    const mine = ++latest.current;
    const result = await run("getEntry", { name });
    if (mine !== latest.current) return;
    setError(result.ok ? null : result.error);
    if (result.ok)
      setView((before) => (JSON.stringify(before) === JSON.stringify(result.value) ? before : result.value));
  }, [run, name]);

  // An edit by hand shows as a new snapshot.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new snapshot is the reason to ask
  useEffect(() => {
    const wait = setTimeout(() => void load(), view === null ? 0 : PAUSE);
    return () => clearTimeout(wait);
  }, [load, snapshot]);

  useEffect(() => () => clearTimeout(timer.current), []);

  /** The values of secrets go with the edit only. */
  const issuesOf = async ({ secrets, ...change }: Change): Promise<readonly EntryIssue[] | null> => {
    const named = secrets === undefined ? {} : { secrets: Object.keys(secrets) };
    const result = await run("checkEntry", { name, ...change, ...named });
    return result.ok ? (result.value.issues ?? NO_ISSUES) : null;
  };

  /** What is wrong in the file already does not keep anybody from putting something else right. */
  const isOld = ({ member, message }: EntryIssue): boolean =>
    view?.issues.some((known) => known.member === member && known.message === message) ?? false;

  const check = (change: Change): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void issuesOf(change).then((issues) => issues && setTyped(issues)), PAUSE);
  };

  const save = async (change: Change): Promise<boolean> => {
    clearTimeout(timer.current);
    const issues = await issuesOf(change);
    setTyped(issues);
    if (issues?.some((issue) => issue.blocks && !isOld(issue))) return false;
    const result = await run("setEntry", { name, ...change });
    setError(result.ok ? null : result.error);
    if (!result.ok) return false;
    setTyped(null);
    const { undo, signed_out: ended } = result.value;
    say(ended > 0 ? t("servers:form.saved_signed_out", { count: ended }) : t("servers:form.saved"), undo);
    if (change.new_name !== undefined) select(change.new_name, "settings");
    else await load();
    return true;
  };

  return { view, error, issues: typed ?? view?.issues ?? NO_ISSUES, check, save };
}
