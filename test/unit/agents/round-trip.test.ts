/** Install, uninstall and undo in every agent's own file: the same bytes. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ParseError, parse as parseJson } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { type Agents, openAgents } from "../../../main/agents/agents.ts";
import { type Client, type Place, pathOf } from "../../../main/agents/client.ts";
import { CLIENTS } from "../../../main/agents/clients.ts";
import { parsed } from "../../../main/agents/file.ts";
import { Unreadable } from "../../../main/agents/format.ts";
import { connected, disconnected } from "../../../main/agents/plan.ts";
import { type AgentConfig, CONFIGS, variantsOf } from "./configs.ts";

const COMMAND = ["/opt/Gate house é/node", "/opt/Gate house é/gatehouse.cjs"] as const;
const ENV = { GATEHOUSE_HOME: "/home/me/Gate house" };
const SERVERS = ["linear", "github@work", "übung"];
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let folder = "";
let agents: Agents;
const where = () => ({ env: {}, platform: "linux" as const, home: join(folder, "me") });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-agents-"));
  agents = await openAgents({
    where: where(),
    command: COMMAND,
    env: ENV,
    backups: join(folder, "backups"),
    record: join(folder, "agents.json"),
    log: silent,
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Case {
  readonly client: Client;
  readonly place: Place;
  readonly config: AgentConfig;
  readonly path: string;
  readonly project: string;
}

function caseOf(config: AgentConfig): Case {
  const client = CLIENTS.find(({ id }) => id === config.client) as Client;
  const project = join(folder, "project");
  const place = client.places.find((each) => pathOf(each, where(), project).endsWith(config.file)) as Place;
  return { client, place, config, project, path: pathOf(place, where(), project) };
}

async function write({ path, project }: Case, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(project, { recursive: true });
  await writeFile(path, bytes, { mode: 0o640 });
}

async function change(it: Case, servers: "all" | readonly string[] | null): Promise<string> {
  const { preview, path } = await agents.preview({
    client: it.client.id,
    change: servers === null ? { kind: "disconnect" } : { kind: "connect", servers },
    scope: it.place.scope,
    project: it.project,
  });
  expect(path).toBe(it.path);
  return (await agents.apply(preview)).undo ?? "nothing changed";
}

/** By the parsers' own word, not by what we make of it. */
function read({ place }: Case, bytes: Buffer): unknown {
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  if (place.format === "toml") return parseToml(text);
  if (place.format === "yaml") return parseYaml(text);
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  expect(errors).toEqual([]);
  return value;
}

/** Continue keeps its servers in a list, which says nothing of what it holds beside ours. */
function withoutOurs(data: unknown): unknown {
  const { mcpServers } = data as { mcpServers?: { args?: string[] }[] };
  if (!Array.isArray(mcpServers)) return data;
  return { ...(data as object), mcpServers: mcpServers.filter(({ args = [] }) => !args.includes("connect")) };
}

test("there is a text for every agent that has a file", () => {
  const written = new Set(CONFIGS.map(({ client }) => client));
  expect(CLIENTS.filter(({ places, id }) => places.length > 0 && !written.has(id))).toEqual([]);
});

const cases = CONFIGS.flatMap((config) => variantsOf(config.text).map(({ how, bytes }) => ({ config, how, bytes })));

describe.each(cases)("$config.client, $config.file $how", ({ config, how, bytes }) => {
  const servers = ["as it is", "with both"].includes(how) ? SERVERS : "all";

  test("install, uninstall", async () => {
    const it = caseOf(config);
    await write(it, bytes);
    const before = read(it, bytes);
    await change(it, servers);
    const installed = await readFile(it.path);
    expect(installed.equals(bytes)).toBe(false);
    expect(withoutOurs(read(it, installed))).toMatchObject(before as object);
    expect(JSON.stringify(read(it, installed))).toContain(COMMAND[1]);
    // Line ends and mark are the file's own.
    expect(installed.includes("\r\n")).toBe(bytes.includes("\r\n"));
    if (bytes.includes("\r\n")) expect(/[^\r]\n/.test(installed.toString("latin1"))).toBe(false);
    expect(installed.subarray(0, 3).equals(bytes.subarray(0, 3))).toBe(true);
    await change(it, null);
    expect((await readFile(it.path)).toString()).toBe(bytes.toString());
    expect((await stat(it.path)).mode & 0o777).toBe(0o640);
  });

  test("undo", async () => {
    const it = caseOf(config);
    await write(it, bytes);
    const undo = [await change(it, servers), await change(it, "all"), await change(it, null)].reverse();
    expect(undo.filter((each) => each === "nothing changed")).toHaveLength(servers === "all" ? 1 : 0);
    expect((await readFile(it.path)).equals(bytes)).toBe(true);
    for (const id of undo.filter((each) => each !== "nothing changed")) await agents.undo(id);
    expect((await readFile(it.path)).equals(bytes)).toBe(true);
  });

  test("taking entries out one by one needs no copy of the file", () => {
    const { client, place } = caseOf(config);
    const text = bytes.toString("utf8").replace(/^\ufeff/, "");
    const target = { client, place, program: () => ({ command: [...COMMAND, "connect"] as const, env: ENV }) };
    const plan = connected(text, target, [{ kind: "all", lazy: false }]);
    expect(plan.text).not.toBe(text);
    expect(disconnected(plan.text, target, plan.levels)).toBe(text);
  });
});

describe("a file that is not there", () => {
  const places = CLIENTS.flatMap((client) => client.places.map((place) => ({ client, place, id: client.id })));

  test.each(places)(
    "$id, $place.scope, $place.format: made and taken away, with its folders",
    async ({ client, place }) => {
      const project = join(folder, "project");
      await mkdir(project);
      await mkdir(join(folder, "me"));
      if (place.folder !== undefined && place.folder(where()) !== "")
        await mkdir(place.folder(where()), { recursive: true });
      const before = (await readdir(folder, { recursive: true })).sort();
      const path = pathOf(place, where(), project);
      // The Windows Store's place is nowhere else.
      if (place.folder?.(where()) === "") return;
      const request = { client: client.id, scope: place.scope, project, path };
      const { preview, backup } = await agents.preview({ ...request, change: { kind: "connect", servers: "all" } });
      expect(backup).toBeNull();
      await agents.apply(preview);
      const text = await readFile(path, "utf8");
      expect(text).toContain("gatehouse.cjs");
      expect(text.endsWith("\n")).toBe(true);
      expect((await stat(path)).mode & 0o777).toBe(place.scope === "user" ? 0o600 : 0o644);
      const gone = await agents.preview({ ...request, change: { kind: "disconnect" } });
      expect(gone).toMatchObject({ changes: true, deletes: true });
      await agents.apply(gone.preview);
      const after = (await readdir(folder, { recursive: true })).filter(
        (name) => !/^(backups|agents\.json)/.test(name),
      );
      expect(after.sort()).toEqual(before);
    },
  );
});

describe.each(CONFIGS)("$client, $file with a comment", ({ text, ...config }) => {
  /** The text with a comment on a line of its own, or behind a line, at each place where the file says the same then. */
  function* commented(place: Place): Generator<string> {
    const note = place.format === "json" ? "// a note" : "# a note";
    const lines = text.split("\n");
    const said = JSON.stringify(parsed(place, text).data);
    for (let at = 0; at < lines.length; at++) {
      for (const own of [true, false]) {
        const [before, rest] = [lines.slice(0, at), lines.slice(at + 1)];
        const here = own ? [`  ${note}`, lines[at]] : [`${lines[at]} ${note}`];
        const whole = [...before, ...here, ...rest].join("\n");
        if (saysNow(place, whole) === said) yield whole;
      }
    }
  }

  function saysNow(place: Place, whole: string): string | null {
    try {
      return JSON.stringify(parsed(place, whole).data);
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  }

  test("anywhere keeps it where it is", () => {
    const { client, place } = caseOf({ text, ...config });
    const target = { client, place, program: () => ({ command: [...COMMAND, "connect"] as const, env: ENV }) };
    let tried = 0;
    for (const whole of commented(place)) {
      tried++;
      const plan = connected(whole, target, [{ kind: "all", lazy: false }]);
      expect(plan.text.split("a note")).toHaveLength(2);
      expect(disconnected(plan.text, target, plan.levels)).toBe(whole);
    }
    expect(tried).toBeGreaterThan(0);
  });
});
