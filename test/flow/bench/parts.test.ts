/** That the bench measures what it says: its programs work, every peer brings the same answer, and the sums are right. */
import { expect, test } from "vitest";
import { handshake, idOf, must } from "../../bench/client.ts";
import { coldStart } from "../../bench/measures/calls.ts";
import { openPeers } from "../../bench/peers.ts";
import { activityOf, between, pssOf, rssOf } from "../../bench/proc.ts";
import { buildPrograms, startServer } from "../../bench/programs.ts";
import { atLeast, atMost, page, ratio, table } from "../../bench/report.ts";
import { textOf } from "../../bench/shared.ts";
import { figure, median, quantile, spread } from "../../bench/stats.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

async function start() {
  const folder = use(tempFolder("bench"));
  await buildPrograms(folder.path);
  return { folder: folder.path, server: use(await startServer(folder.path)) };
}

const big = { name: "tool_1", arguments: { bytes: 300_000 } };

test("every peer brings the same answers, small and large, as JSON and as a stream", async () => {
  const { folder, server } = await start();
  const peers = await openPeers(folder, server, ["direct", "relay", "gatehouse", "gatehouse with a token"]);
  for (const peer of peers) use(peer);
  const seen: string[][] = [];
  for (const peer of peers) {
    const client = use(peer.connect());
    await handshake(client);
    const answers = [
      must(await client.request("tools/list")),
      must(await client.request("tools/call", { name: "tool_1", arguments: { text: "four" } })),
      must(await client.request("tools/call", big)),
      must(await client.request("tools/call", { ...big, arguments: { ...big.arguments, stream: true } })),
    ];
    seen.push(answers.map((answer) => /\{"jsonrpc.*\}/.exec(answer.toString())?.[0] ?? ""));
  }
  const [direct = [], ...others] = seen;
  expect(JSON.parse(direct[0] ?? "").result.tools).toHaveLength(12);
  expect(JSON.parse(direct[1] ?? "").result.content[0].text).toBe("4");
  expect(JSON.parse(direct[2] ?? "").result.content[0].text).toBe(textOf(300_000));
  for (const answers of others) expect(answers).toEqual(direct);
});

test("who has no token is turned away, and a peer that ends is told of", async () => {
  const { folder, server } = await start();
  expect((await fetch(server.secureUrl, { method: "POST", body: "{}" })).status).toBe(401);
  const [relay] = await openPeers(folder, server, ["relay"]);
  if (relay === undefined) throw new Error("there is no relay");
  const client = use(relay.connect());
  await handshake(client);
  await relay.close();
  await expect(client.request("tools/list")).rejects.toThrow("the peer ended");
});

test("a measure takes every peer as often as it was told to", async () => {
  const { folder, server } = await start();
  const peers = await openPeers(folder, server, ["direct", "relay"]);
  for (const peer of peers) use(peer);
  const samples = await coldStart(peers, 2);
  expect([...samples].map(([name, values]) => [name, values.length])).toEqual([
    ["direct", 2],
    ["relay", 2],
  ]);
});

test("an id is found at either end of a message", () => {
  const long = "x".repeat(200);
  expect(idOf(Buffer.from(`{"jsonrpc":"2.0","id":12,"result":"${long}"}`))).toBe(12);
  expect(idOf(Buffer.from(`{"result":"${long}","jsonrpc":"2.0","id":34}`))).toBe(34);
  expect(idOf(Buffer.from(`{"jsonrpc":"2.0","method":"${long}"}`))).toBeNull();
});

test("sums and limits", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(quantile([4, 1, 3, 2, 5], 0.75)).toBe(4);
  expect(spread([10, 10, 10])).toBe(0);
  expect([0, 0.1234, 1.234, 12.34, 1234.5].map(figure)).toEqual(["0", "0.123", "1.23", "12.3", "1,235"]);
  const samples = new Map([
    ["direct", [1]],
    ["relay", [3]],
    ["gatehouse", [5]],
  ] as const) as Map<"direct" | "relay" | "gatehouse", number[]>;
  expect(ratio(samples, "gatehouse", "direct")).toBe(2);
  expect(table("ms", samples).rows[2]).toEqual(["gatehouse", "5.00", "± 0 %", "1.67 ×", "1"]);
  const verdicts = [atMost("a", 2, 1.2, " ×"), atLeast("b", 0.95, 0.9, " ×")];
  expect(verdicts.map(({ met }) => met)).toEqual([false, true]);
  const text = page(["A machine"], verdicts, [{ title: "More", text: "Words." }]);
  expect(text).toContain("| a | ≤ 1.2 × | 2.00 × | **not met** |");
  expect(text).toContain("| b | ≥ 0.9 × | 0.950 × | met |");
});

test.skipIf(process.platform !== "linux")("the kernel's figures of this very process", () => {
  const before = activityOf(process.pid);
  const { now, peak } = rssOf(process.pid);
  expect(now).toBeGreaterThan(10);
  expect(peak).toBeGreaterThanOrEqual(now);
  expect(pssOf([process.pid])).toBeGreaterThan(5);
  for (let turn = 0; turn < 1e7; turn++) Math.sqrt(turn);
  expect(between(before, activityOf(process.pid)).cpu).toBeGreaterThan(0);
});
