import { expect, test } from "vitest";
import { isTrustedSender, type Sender } from "../../../main/electron/sender.ts";

const own: Sender = { contents: 7, frame: { origin: "app://gatehouse", parent: null } };

test("our window's main frame on our origin may call", () => {
  expect(isTrustedSender(own, 7)).toBe(true);
});

test.each<[string, Sender, number | null]>([
  ["there is no window", own, null],
  ["another web contents", own, 8],
  ["a frame inside the page", { contents: 7, frame: { origin: "app://gatehouse", parent: {} } }, 7],
  ["a frame that is gone", { contents: 7, frame: null }, 7],
  ["a web page", { contents: 7, frame: { origin: "https://gatehouse", parent: null } }, 7],
  ["an opaque origin", { contents: 7, frame: { origin: "null", parent: null } }, 7],
  ["a host that begins like ours", { contents: 7, frame: { origin: "app://gatehouse.evil", parent: null } }, 7],
  ["a file", { contents: 7, frame: { origin: "file://", parent: null } }, 7],
])("not when it is %s", (_why, sender, window) => {
  expect(isTrustedSender(sender, window)).toBe(false);
});
