/** What a person sees of a change before it is made. */
import type { DiffLine } from "../../preload/api-agents.ts";
import { visible } from "../visible.ts";
import { diffLines } from "./diff.ts";
import { askedOf } from "./entry.ts";
import { type AgentBytes, parsed, understood } from "./file.ts";
import { entriesOf } from "./inspect.ts";
import { masker } from "./literal-secrets.ts";
import { isOurs, type Replaced, type Target, type Wanted } from "./plan.ts";

export interface FileTarget extends Target {
  /** Absolute. */
  readonly path: string;
}

/** The file is to ask for exactly these, or for these in the place of its own; null: for nothing any more. */
export type Change = readonly Wanted[] | Replaced | null;

/** `after`: null when the file goes. */
export function shownDiff({ place, path }: FileTarget, file: AgentBytes | null, after: Buffer | null): DiffLine[] {
  const before = file?.text ?? "";
  const text = after === null ? "" : after.toString("utf8").slice(file?.mark.length ?? 0);
  const data = [before, text].map((each) => understood(path, () => parsed(place, each).data));
  return diffLines(before, text, masker(data));
}

/** What the person has to do or know; null: nothing. `linked`: the file that is changed, where `path` leads to it. */
export function noteOn(
  target: FileTarget,
  file: AgentBytes | null,
  change: Change,
  linked: string | null,
): string | null {
  const { client, place, path } = target;
  const notes: string[] = [];
  if (linked !== null) notes.push(`It is a link: what changes is ${visible(linked)}.`);
  const entries = file === null ? [] : entriesOf(place, path, file.text);
  if (change === null) {
    const left = entries.filter((entry) => askedOf(entry.value) !== null && !isOurs(entry));
    for (const { name } of left) notes.push(`“${name}” stays: the address of its server stands nowhere else.`);
  } else if ("length" in change) {
    const wanted = new Set(change.flatMap((want) => (want.kind === "server" ? [want.server] : [])));
    const own = entries.filter((entry) => wanted.has(entry.name) && askedOf(entry.value) === null);
    for (const { name } of own) notes.push(`${client.name}’s own entry “${name}” stays as it is.`);
  }
  if (change !== null && place.scope === "project") {
    notes.push("The command in it is this computer’s: others need their own.");
  }
  if (client.afterwards !== undefined) notes.push(client.afterwards);
  return notes.length === 0 ? null : notes.join(" ");
}
