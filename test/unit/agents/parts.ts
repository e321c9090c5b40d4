/** Agents of a person whose folder is made for one test. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Agents, openAgents, type PreviewRequest } from "../../../main/agents/agents.ts";
import { GatehouseError } from "../../../main/errors.ts";
import type { AgentPreview } from "../../../preload/api-agents.ts";
import type { ErrorObject } from "../../../preload/api-base.ts";

export const COMMAND = ["/opt/Gate house é/node", "/opt/Gate house é/gatehouse.cjs"] as const;

export interface Person {
  readonly home: string;
  readonly agents: Agents;
  /** Events that were logged. */
  readonly logged: string[];
  path(...parts: string[]): string;
  write(path: string, content: string | Buffer): Promise<void>;
  read(path: string): Promise<string>;
  /** Previews and applies; answers the undo. */
  change(request: PreviewRequest): Promise<string | null>;
  connect(client: string, servers?: "all" | readonly string[]): Promise<string | null>;
  disconnect(client: string): Promise<string | null>;
  backups(): Promise<string[]>;
  /** The same person after Gatehouse was started again, installed elsewhere. */
  again(command?: readonly string[]): Promise<Person>;
}

export async function makePerson(): Promise<Person> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-agents-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return personIn(folder, COMMAND);
}

async function personIn(folder: string, command: readonly string[]): Promise<Person> {
  const logged: string[] = [];
  const note = (event: string) => void logged.push(event);
  const home = join(folder, "me");
  await mkdir(home, { recursive: true });
  const agents = await openAgents({
    where: { env: {}, platform: "linux", home },
    command,
    env: {},
    backups: join(folder, "backups"),
    record: join(folder, "agents.json"),
    log: { debug: note, info: note, warn: note, error: note },
  });
  const person: Person = {
    home,
    agents,
    logged,
    path: (...parts) => join(home, ...parts),
    async write(path, content) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    },
    read: (path) => readFile(path, "utf8"),
    async change(request) {
      return (await agents.apply((await agents.preview(request)).preview)).undo;
    },
    connect: (client, servers = "all") => person.change({ client, change: { kind: "connect", servers } }),
    disconnect: (client) => person.change({ client, change: { kind: "disconnect" } }),
    async backups() {
      const names = await readdir(join(folder, "backups"), { recursive: true }).catch(() => []);
      return names.filter((name) => name.includes("Z-")).map((name) => join(folder, "backups", name));
    },
    again: (other = command) => personIn(folder, other),
  };
  return person;
}

export function shown({ diff }: AgentPreview): string {
  const signs = { same: " ", added: "+", removed: "-", skipped: "…" };
  return diff.map(({ kind, text }) => `${signs[kind]}${text}`).join("\n");
}

export async function refused(call: Promise<unknown>): Promise<ErrorObject> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GatehouseError) return error.toObject();
    throw error;
  }
  throw new Error("it was not refused");
}
