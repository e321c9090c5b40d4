/** A program that ends as soon as it was started is started again later and later, not whenever somebody asks. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Session } from "../../../main/hub/session.ts";
import { exited } from "../../../main/upstream/failures.ts";
import { World } from "./scripted.ts";

let world: World;
let session: Session;

const say = (message: object): void => session.receive(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message })));
const dies = (): void => world.upstream.events.closed(exited("github", "exit code 1", null));
const answerTo = (id: unknown) => world.agent.find((message) => message.id === id);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  world = new World();
  session = new Session(world.host, world.port, false);
  say({ id: 0, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {} } });
  world.upstream.accept();
  say({ method: "notifications/initialized" });
});

afterEach(async () => {
  await session.close();
  vi.useRealTimers();
});

test("three times at once for whoever asks, then only as time goes by; a click begins anew", () => {
  dies();
  for (const id of [1, 2]) {
    say({ id, method: "tools/list" });
    expect(world.upstreams).toHaveLength(id + 1);
    world.upstream.accept();
    dies();
  }
  expect(world.upstreams).toHaveLength(3);
  say({ id: 3, method: "tools/list" });
  expect(world.upstreams).toHaveLength(3);
  expect(answerTo(3)).toMatchObject({ error: { data: { code: "upstream_failed", server: "github" } } });
  vi.advanceTimersByTime(5_000);
  expect(world.upstreams).toHaveLength(3);
  vi.advanceTimersByTime(6_000);
  expect(world.upstreams).toHaveLength(4);
  world.upstream.accept();
  dies();
  vi.advanceTimersByTime(11_000);
  expect(world.upstreams).toHaveLength(4);
  session.wake();
  expect(world.upstreams).toHaveLength(5);
});

test("one that has lived for a while counts as sound", () => {
  for (let life = 1; life <= 5; life++) {
    vi.advanceTimersByTime(11_000);
    dies();
    say({ id: life, method: "tools/list" });
    expect(world.upstreams).toHaveLength(life + 1);
    world.upstream.accept();
  }
});
