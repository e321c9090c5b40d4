/** The configuration files of the agents on this machine, as far as they concern us. */
import type { AgentEntry, AgentInfo } from "../../../preload/api-agents.ts";
import type { Check } from "../../../preload/api-doctor.ts";
import type { VerbDeps } from "../types.ts";
import { bad, failure, good, open, type Subject } from "./checks.ts";

export async function agentChecks({ agents, config }: VerbDeps): Promise<Check[]> {
  const known = new Set([...config.current.servers.keys(), ...config.current.invalid.keys()]);
  const here = (await agents.list()).filter(({ found, connected }) => found || connected !== "none");
  if (here.length === 0) {
    return [
      open({ area: "agent", id: "agents", title: "agents" }, "None that Gatehouse knows was found on this machine."),
    ];
  }
  return here.flatMap((agent) => checksOf(agent, known));
}

function checksOf(agent: AgentInfo, known: ReadonlySet<string>): Check[] {
  const { id, name, files, connected } = agent;
  const subject = (what: string, title: string): Subject => ({ area: "agent", id: what, title, server: id });
  const broken = files.flatMap(({ path, error }) =>
    error === null ? [] : [failure(subject("file", `${name}: its file ${path}`), error)],
  );
  const entries = files.flatMap((file) => file.entries);
  const strangers = [...new Set(entries.flatMap((entry) => unknownServer(entry, known) ?? []))];
  const stale = strangers.map((server) =>
    bad(
      subject("server", `${name}: what it asks for`),
      `${name} asks for “${server}”, which is no server here.`,
      `Add that server, or write the file anew: gatehouse install ${id}`,
    ),
  );
  const gone = [...new Set(entries.flatMap(({ missing }) => missing ?? []))].map((program) =>
    bad(
      subject("command", `${name}: what it starts`),
      `${name} starts ${program}, which is not there any more.`,
      `Write the file anew: gatehouse install ${id}`,
    ),
  );
  const plain = entries.filter((entry) => entry.has_secret && !entry.through_gatehouse).map((entry) => entry.name);
  const secrets =
    plain.length === 0
      ? []
      : [
          open(
            subject("secret", `${name}: secrets in plain text`),
            `${plain.join(", ")} of ${name} has what looks like a token in its file; gatehouse import ${id} brings it into the vault.`,
          ),
        ];
  const problems = [...broken, ...stale, ...gone];
  if (problems.length > 0) return [...problems, ...secrets];
  const way = { all: "It has all servers through Gatehouse.", some: "It has servers through Gatehouse.", none: "" };
  const connection =
    connected === "none"
      ? open(subject("connected", name), `It does not go through Gatehouse; gatehouse install ${id} connects it.`)
      : good(subject("connected", name), way[connected]);
  return [connection, ...secrets];
}

function unknownServer({ through_gatehouse: ours, server }: AgentEntry, known: ReadonlySet<string>): string | null {
  return ours && server !== null && !known.has(server) ? server : null;
}
