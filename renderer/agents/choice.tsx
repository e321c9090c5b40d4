/** Which servers an agent gets: all as one, all when needed, or some by name. */
import { useId } from "react";
import type { AgentChange, AgentInfo } from "../../preload/api-agents.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Tile } from "../ui/tile.tsx";
import { servers as serversOf } from "./describe-agent.ts";

const KINDS = ["all", "lazy", "some"] as const;

export interface Choice {
  readonly kind: (typeof KINDS)[number];
  /** Names of servers; counts for `some`. */
  readonly some: readonly string[];
}

/** As it is now; for an agent that is not connected, all. */
export function choiceOf(agent: AgentInfo): Choice {
  return { kind: agent.connected === "some" ? "some" : "all", some: serversOf(agent) };
}

/** Null: nothing is chosen yet. */
export function changeOf({ kind, some }: Choice): AgentChange | null {
  if (kind === "some") return some.length === 0 ? null : { kind: "connect", servers: some };
  return { kind: "connect", servers: "all", ...(kind === "lazy" ? { lazy: true } : {}) };
}

interface Props {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

export function WhichServers({ choice, onChange }: Props) {
  const id = useId();
  return (
    <fieldset className="options">
      <legend>{t("agents:dialog.which")}</legend>
      {KINDS.map((kind) => (
        <label key={kind} className="option">
          <input
            type="radio"
            name={id}
            checked={choice.kind === kind}
            data-first={choice.kind === kind ? "" : undefined}
            aria-labelledby={`${id}-${kind}`}
            aria-describedby={`${id}-${kind}-hint`}
            onChange={() => onChange({ ...choice, kind })}
          />
          <span id={`${id}-${kind}`}>{t(`agents:dialog.${kind}`)}</span>
          <span id={`${id}-${kind}-hint`} className="hint">
            {t(`agents:dialog.${kind}_hint`)}
          </span>
        </label>
      ))}
      {choice.kind === "some" && (
        <ServerChecks chosen={choice.some} onChange={(some) => onChange({ ...choice, some })} />
      )}
    </fieldset>
  );
}

interface ChecksProps {
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function ServerChecks({ chosen, onChange }: ChecksProps) {
  const all = useApp((state) => state.snapshot?.servers) ?? [];
  // Those of agents' own making stand in no file, so no agent can be told their names.
  const servers = all.filter((server) => !server.ad_hoc);
  if (servers.length === 0) return <p className="hint">{t("agents:dialog.no_servers")}</p>;
  return (
    <fieldset className="checks">
      <legend className="unseen">{t("agents:dialog.servers")}</legend>
      {servers.map(({ name, catalogue }) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, name] : chosen.filter((other) => other !== name))
            }
          />
          <Tile name={name} icon={catalogue} />
          <span className="name" translate="no">
            {name}
          </span>
        </label>
      ))}
      {chosen.length === 0 && <p className="hint">{t("agents:dialog.choose_one")}</p>}
    </fieldset>
  );
}
