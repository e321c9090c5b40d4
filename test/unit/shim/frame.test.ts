import { expect, test } from "vitest";
import { flatten, LineSplitter } from "../../../shim/frame.ts";

function split(chunks: readonly (string | Buffer)[], cap?: number): { lines: string[]; tooLong: number } {
  const seen = { lines: [] as string[], tooLong: 0 };
  const splitter = new LineSplitter(
    (line) => seen.lines.push(line.toString()),
    () => seen.tooLong++,
    cap,
  );
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return seen;
}

test("lines come out whole however the bytes arrive", () => {
  const text = '{"a":1}\n{"b":"é"}\r\n\n\n{"c":3}\n';
  const bytes = Buffer.from(text);
  const expected = ['{"a":1}', '{"b":"é"}', '{"c":3}'];
  expect(split([bytes]).lines).toEqual(expected);
  expect(split(Array.from(bytes, (byte) => Buffer.from([byte]))).lines).toEqual(expected);
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(split([bytes.subarray(0, cut), bytes.subarray(cut)]).lines).toEqual(expected);
  }
});

test("an unfinished line is not a message", () => {
  expect(split(["half"]).lines).toEqual([]);
});

test("a line over the cap is dropped once and whole, and the stream goes on behind it", () => {
  expect(split(["12345", "678901", "234\nshort\n"], 10)).toEqual({ lines: ["short"], tooLong: 1 });
  expect(split(["0123456789\n"], 10)).toEqual({ lines: ["0123456789"], tooLong: 0 });
});

test("pretty-printed JSON becomes one line with the same meaning", () => {
  const value = { text: "line\nend", list: [1, { a: "\r" }] };
  const flat = flatten(Buffer.from(JSON.stringify(value, null, 2).replaceAll("\n", "\r\n")));
  expect(flat.includes(0x0a) || flat.includes(0x0d)).toBe(false);
  expect(JSON.parse(flat.toString())).toEqual(value);
});

test("a long line is offered in its pieces first, and is whole where nobody takes it", () => {
  const long = Buffer.alloc(300_000, "x");
  const seen: string[] = [];
  let takes = true;
  const splitter = new LineSplitter(
    (line) => seen.push(`line ${line.length}`),
    () => {},
    undefined,
    (parts) => {
      seen.push(`parts ${parts.map((part) => part.length).join("+")}`);
      return takes;
    },
  );
  const send = (end: string): void => {
    splitter.push(long.subarray(0, 100_000));
    splitter.push(Buffer.concat([long.subarray(100_000), Buffer.from(end)]));
  };
  send("\nshort\n");
  takes = false;
  send("\n");
  send("\r\n");
  expect(seen).toEqual(["parts 100000+200000", "line 5", "parts 100000+200000", "line 300000", "line 300000"]);
});
