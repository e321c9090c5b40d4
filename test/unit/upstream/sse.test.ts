import { expect, test } from "vitest";
import { SseParser } from "../../../main/upstream/sse.ts";

function parse(chunks: readonly (string | Buffer)[], cap = 1_000_000) {
  const events: { type: string; data: string }[] = [];
  let tooLong = 0;
  const parser = new SseParser(
    ({ type, data }) => events.push({ type, data: data.toString() }),
    () => tooLong++,
    cap,
  );
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return { events, parser, tooLong };
}

const STREAM = '\uFEFF: hello\nid: 7\nretry: 250\nevent: message\ndata: {"a":\ndata: 1}\n\ndata:{"b":"é"}\n\n';

test("events come out whole however the bytes arrive, whatever the line ends", () => {
  const expected = [
    { type: "message", data: '{"a": 1}' },
    { type: "message", data: '{"b":"é"}' },
  ];
  for (const text of [STREAM, STREAM.replaceAll("\n", "\r\n"), STREAM.replaceAll("\n", "\r")]) {
    const bytes = Buffer.from(text);
    expect(parse([bytes]).events).toEqual(expected);
    expect(parse(Array.from(bytes, (byte) => Buffer.from([byte]))).events).toEqual(expected);
  }
});

test("the id and the retry time are kept for a reconnect", () => {
  const { parser } = parse([STREAM]);
  expect(parser).toMatchObject({ lastEventId: "7", retry: 250 });
});

test("comments, empty data and an unfinished event are no messages", () => {
  expect(parse([": ping\n\n", "id: 1\ndata: \n\n", "event: x\n\n", 'data: {"unfinished":1}\n']).events).toEqual([]);
});

test("a retry that is not a number and an id with NUL are ignored", () => {
  const { parser } = parse(["retry: soon\nid: a\u0000b\ndata: 1\n\n"]);
  expect(parser).toMatchObject({ lastEventId: null, retry: null });
});

test("an event over the cap is reported", () => {
  expect(parse([`data: ${"x".repeat(100)}`], 50).tooLong).toBeGreaterThan(0);
});
