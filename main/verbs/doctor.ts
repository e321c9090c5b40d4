/** What is wrong, and what to do about it. */
import type { Check } from "../../preload/api-doctor.ts";
import { unknownServer } from "../hub/hub.ts";
import { agentChecks } from "./doctor/agents.ts";
import { failure, open, type Subject } from "./doctor/checks.ts";
import { homeChecks } from "./doctor/home.ts";
import { lookAtLocal } from "./doctor/local.ts";
import { clockCheck, networkChecks } from "./doctor/network.ts";
import { type Looked, lookAtRemote } from "./doctor/remote.ts";
import type { VerbDeps, Verbs } from "./types.ts";

/** Servers that are asked at the same time. */
const AT_ONCE = 16;
/** Milliseconds after which no further server is asked. */
const ENOUGH = 25_000;

export function doctorVerbs(deps: VerbDeps): Verbs<"doctor"> {
  return {
    async doctor({ server }) {
      const { servers, invalid } = deps.config.current;
      if (server !== undefined && !servers.has(server) && !invalid.has(server)) {
        throw unknownServer(server, [...servers.keys()]);
      }
      const names = [...servers.keys(), ...invalid.keys()].filter((name) => server === undefined || name === server);
      const end = Date.now() + ENOUGH;
      const looking = inTurn(names, (name) => (Date.now() < end ? lookAt(deps, name) : tooLate(name)));
      if (server !== undefined) return { checks: (await looking).flatMap(({ checks }) => checks) };
      const [home, network, looked, agents] = await Promise.all([
        homeChecks(deps),
        networkChecks(deps),
        looking,
        agentChecks(deps),
      ]);
      const skews = looked.flatMap(({ skew }) => (skew === null ? [] : [skew]));
      const ofServers = looked.flatMap(({ checks }) => checks);
      return { checks: [...home, ...network, clockCheck(skews), ...ofServers, ...agents] };
    },
  };
}

async function lookAt(deps: VerbDeps, name: string): Promise<Looked> {
  const alone = (check: Check): Looked => ({ checks: [check], skew: null });
  const subject: Subject = { area: "server", id: "entry", title: "its entry", server: name };
  const broken = deps.config.current.invalid.get(name);
  if (broken !== undefined) return alone(failure(subject, broken.toObject()));
  const server = deps.config.current.servers.get(name);
  if (server === undefined || !server.enabled) return alone(open(subject, "It is turned off, and was not asked."));
  if (server.type === "stdio") return { checks: await lookAtLocal(deps, server), skew: null };
  return await lookAtRemote(deps, server);
}

function tooLate(server: string): Looked {
  const subject: Subject = { area: "server", id: "entry", title: "its entry", server };
  return { checks: [open(subject, "There was no time left for it; asked for alone it is looked at.")], skew: null };
}

/** The answers in the order of the items. */
async function inTurn<T, R>(items: readonly T[], ask: (item: T) => Promise<R> | R): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) answers[at] = await ask(items[at] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}
