/** Entries of an agent's own that give way to ours, in each file as its documentation shows it. */
import { describe, expect, test } from "vitest";
import { CLIENTS } from "../../../main/agents/clients.ts";
import { askedOf } from "../../../main/agents/entry.ts";
import { entriesOf } from "../../../main/agents/inspect.ts";
import { replaced, type Target } from "../../../main/agents/plan.ts";
import { CONFIGS } from "./configs.ts";

const LINUX = { env: {}, platform: "linux", home: "/home/me" } as const;

function targetOf(id: string, file: string): Target {
  const client = CLIENTS.find((each) => each.id === id);
  const place = client?.places.find((each) => each.paths(LINUX).some((path) => path.endsWith(file)));
  if (client === undefined || place === undefined) throw new Error(`${id} has no file ${file}`);
  const program: Target["program"] = (wanted) => ({
    command: ["/opt/gatehouse", "connect", wanted.kind === "server" ? wanted.server : "--lazy"],
    env: {},
  });
  return { client, place, program };
}

const WITH_OWN = CONFIGS.flatMap(({ client, file, text }) => {
  const target = targetOf(client, file);
  const own = entriesOf(target.place, file, text).filter(({ value }) => askedOf(value) === null);
  return own.length === 0 ? [] : [{ title: `${client} ${file}, ${own.length}`, target, file, text, own }];
});

describe("one of the agent's own", () => {
  test("there are enough to try", () => expect(WITH_OWN.length).toBeGreaterThan(15));

  test.each(WITH_OWN)("$title: under its name, the others as they were", ({ target, file, text, own }) => {
    const [first, ...others] = own;
    const name = first?.name ?? "";
    const before = entriesOf(target.place, file, text);
    const { text: after } = replaced(text, target, new Map([[name, "taken over"]]));
    const entries = entriesOf(target.place, file, after);
    const mine = entries.find((entry) => entry.name === name);
    expect(askedOf(mine?.value)).toEqual({ kind: "server", server: "taken over" });
    for (const other of others)
      expect(entries.find(({ name: each }) => each === other.name)?.value).toEqual(other.value);
    expect(entries).toHaveLength(before.length);
  });

  test.each(WITH_OWN)("$title: all of them at once", ({ target, file, text, own }) => {
    const servers = new Map(own.map(({ name }, n) => [name, `server ${n}`]));
    const { text: after } = replaced(text, target, servers);
    const asked = new Map(entriesOf(target.place, file, after).map(({ name, value }) => [name, askedOf(value)]));
    for (const [name, server] of servers) expect(asked.get(name)).toEqual({ kind: "server", server });
  });
});

test("where all servers are reached as one, its own go", () => {
  const target = targetOf("cursor", ".cursor/mcp.json");
  const text =
    '{ "mcpServers": { "gatehouse": { "command": "gatehouse", "args": ["connect"] }, "a": { "url": "https://a.example" } } }';
  const { text: after } = replaced(text, target, new Map([["a", "a"]]));
  expect(Object.keys((JSON.parse(after) as { mcpServers: object }).mcpServers)).toEqual(["gatehouse"]);
});

test("what is not there any more is not added", () => {
  const target = targetOf("cursor", ".cursor/mcp.json");
  const text = '{ "mcpServers": { "a": { "url": "https://a.example" } } }';
  expect(replaced(text, target, new Map([["b", "b"]])).text).toBe(text);
});
