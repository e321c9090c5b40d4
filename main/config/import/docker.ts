/** `docker run -e NAME=value`: variables that are given by value go into `env`, where a secret can be kept. */
import type { Draft } from "./draft.ts";
import { programOf } from "./programs.ts";

const OPTION = /^(-e|--env)(?:=(.*))?$/s;

/** Docker takes the value of `-e NAME` from its own environment, so nothing else changes. */
export function useOwnEnvironment(draft: Draft): void {
  if (draft.command === null) return;
  const { name, args } = programOf([draft.command, ...draft.args]);
  if (!/^(docker|podman)$/.test(name) || args[0] !== "run") return;
  for (let at = 0; at < draft.args.length; at += 1) {
    const [, option, inline] = OPTION.exec(draft.args[at] ?? "") ?? [];
    if (option === undefined) continue;
    const place = inline === undefined ? at + 1 : at;
    const [, variable, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(inline ?? draft.args[place] ?? "") ?? [];
    if (variable === undefined || value === undefined || variable in draft.env) continue;
    draft.env[variable] = value;
    draft.args[place] = inline === undefined ? variable : `${option}=${variable}`;
    draft.notes.take(`${option} ${variable}=…`, `env.${variable}`);
  }
}
