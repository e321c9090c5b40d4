import { beforeEach, describe, expect, test } from "vitest";
import { type Item, type ListKind, ListRefused, type ListSource, Lists } from "../../../../main/hub/aggregate/lists.ts";

type Answer = Readonly<Record<string, unknown>>;

let asked: { method: string; params: unknown }[];
let answers: (Answer | Error | Promise<Answer>)[];
let capabilities: Answer;
let own: boolean;
let learned: number;
let late: ListKind[];
let lists: Lists;

const source: ListSource = {
  async ask(method, params) {
    asked.push({ method, params });
    const answer = answers.shift();
    if (answer === undefined) throw new Error("nothing more is expected");
    if (answer instanceof Error) throw answer;
    return answer;
  },
  capabilities: async () => capabilities,
  isOwn: () => own,
  learned: () => void learned++,
  late: (kind) => void late.push(kind),
};

/** Fit for every kind of list. */
const item = (name: string): Item => ({ name, inputSchema: { type: "object" }, uri: `x://${name}`, uriTemplate: "x" });
const refused = (code: number, data?: unknown) => new ListRefused({ code, message: "no", data });

beforeEach(() => {
  asked = [];
  answers = [];
  capabilities = { tools: {}, resources: {} };
  own = true;
  learned = 0;
  late = [];
  lists = new Lists(source, {});
});

describe("a walk", () => {
  test("takes all pages", async () => {
    answers = [{ tools: [item("a")], nextCursor: "2" }, { tools: [item("b")] }];
    expect(await lists.fetch("tools")).toEqual([item("a"), item("b")]);
    expect(asked).toEqual([
      { method: "tools/list", params: {} },
      { method: "tools/list", params: { cursor: "2" } },
    ]);
    expect(lists.isFresh("tools")).toBe(true);
    expect(learned).toBe(1);
  });

  test("ends where a cursor comes again, and after a hundred pages", async () => {
    answers = [
      { tools: [item("a")], nextCursor: "1" },
      { tools: [item("b")], nextCursor: "1" },
    ];
    expect(await lists.fetch("tools")).toHaveLength(2);
    answers = Array.from({ length: 200 }, (_, at) => ({ resources: [item(String(at))], nextCursor: `c${at}` }));
    expect(await lists.fetch("resources")).toHaveLength(100);
  });

  test("takes what is no list for none", async () => {
    answers = [{ tools: "x" }];
    expect(await lists.fetch("tools")).toEqual([]);
  });

  test("leaves out what would have an agent refuse the whole list", async () => {
    const { inputSchema: _schema, ...without } = item("no schema");
    const bad = [7, null, {}, without, { ...item("a"), name: 7 }, { ...item("a"), description: {} }, item("")];
    answers = [{ tools: [...bad, item("good")] }, { resources: [...bad, { uri: "x://y", name: "y" }, { name: "z" }] }];
    expect(await lists.fetch("tools")).toEqual([item("good")]);
    expect(await lists.fetch("resources")).toEqual([without, { uri: "x://y", name: "y" }]);
  });

  test("asks no server for what it does not have, and takes an unknown method for none", async () => {
    expect(await lists.fetch("prompts")).toEqual([]);
    expect(asked).toEqual([]);
    answers = [refused(-32601)];
    expect(await lists.fetch("templates")).toEqual([]);
  });

  test("is one for all who ask at the same time", async () => {
    answers = [{ tools: [item("a")] }];
    const [one, other] = await Promise.all([lists.fetch("tools"), lists.fetch("tools")]);
    expect(one).toBe(other);
    expect(asked).toHaveLength(1);
  });
});

test("a list that changed while it was read is known and not fresh", async () => {
  let answer: (value: Answer) => void = () => {};
  answers = [
    new Promise<Answer>((resolve) => {
      answer = resolve;
    }),
  ];
  const first = lists.fetch("tools");
  lists.changed("tools");
  answer({ tools: [item("old")] });
  await first;
  expect(lists.known("tools")).toEqual([item("old")]);
  expect(lists.isFresh("tools")).toBe(false);
  answers = [{ tools: [item("new")] }];
  expect(await lists.fetch("tools")).toEqual([item("new")]);
  expect(lists.isFresh("tools")).toBe(true);
});

test("what the hub says in a server's place is passed on and not kept", async () => {
  lists = new Lists(source, { tools: [item("real")] });
  own = false;
  answers = [{ tools: [item("sign_in")] }];
  expect(await lists.soon("tools")).toEqual([item("sign_in")]);
  expect(lists.known("tools")).toEqual([item("real")]);
  expect(learned).toBe(0);
});

test("what was known stands in for a list that fails", async () => {
  lists = new Lists(source, { tools: [item("real")] });
  answers = [refused(-32010, { code: "upstream_unreachable" }), refused(-32010, { code: "upstream_unreachable" })];
  expect(await lists.soon("tools")).toEqual([item("real")]);
  await expect(lists.fetch("tools")).rejects.toMatchObject({ code: -32010, reason: "upstream_unreachable" });
});

test("what was known stands in for one that is slow; another list is told of when it comes, the same one is not", async () => {
  let answer: (value: Answer) => void = () => {};
  const slowly = () =>
    new Promise<Answer>((resolve) => {
      answer = resolve;
    });
  lists = new Lists(source, { tools: [item("a")] });
  answers = [slowly()];
  expect(await lists.soon("tools")).toEqual([item("a")]);
  // Who comes later does not wait as long again.
  expect(await lists.soon("tools")).toEqual([item("a")]);
  const end = lists.fetch("tools");
  answer({ tools: [item("a")] });
  await end;
  expect(late).toEqual([]);
  lists.changed("tools");
  answers = [slowly()];
  expect(await lists.soon("tools")).toEqual([item("a")]);
  const next = lists.fetch("tools");
  answer({ tools: [item("b")] });
  await next;
  expect(late).toEqual(["tools"]);
});
