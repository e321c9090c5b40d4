import { describe, expect, test } from "vitest";
import { matchesTemplate, prefixedUri, unprefixedUri } from "../../../../main/hub/aggregate/uris.ts";

describe("the prefix of a URI that two servers have", () => {
  test.each(["file:///a/b?c#d", "demo://x/{id}", "a", ""])("comes off %j as it went on", (uri) => {
    expect(unprefixedUri(prefixedUri("github", uri))).toEqual({ part: "github", uri });
  });

  test.each(["file:///a", "gatehouse://", "gatehouse:///x", "gatehouse://github", "xgatehouse://a/b"])(
    "%j has none",
    (uri) => {
      expect(unprefixedUri(uri)).toBeNull();
    },
  );
});

test.each([
  ["demo://text/{id}", "demo://text/1", true],
  ["demo://text/{id}", "demo://texts/1", false],
  ["demo://{a}/x/{b}/y", "demo://1/x/2/y", true],
  ["demo://{a}/x/{b}/y", "demo://1/x/2", false],
  ["demo://{a}/x", "demo:///x", true],
  ["{+path}", "anything", true],
  ["demo://fixed", "demo://fixed", true],
  ["demo://fixed", "demo://fixed/2", false],
  ["ab{x}bc", "abc", false],
  [`x://${"{a}/".repeat(400)}`, `x://${"a/".repeat(400)}`, true],
])("%s and %s", (template, uri, is) => {
  expect(matchesTemplate(template, uri)).toBe(is);
});
