import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { hideSecrets, restoreText, restoreValue } from "../../../main/config/hidden.ts";

const SECRET = "sk-abcdefghijklmnop1234";
const hidden = (member: string) => `\${hidden:${member}}`;
const TEXT = `{
  "mcpServers": {
    "acme": {
      // the old one: "Authorization": "Bearer ${SECRET}"
      "url": "https://acme.example/mcp",
      "headers": {
        "Authorization": "Bearer ${SECRET}", // mine
        "X-Team": "a \\"team\\""
      },
      /* "env": { "API_KEY": "${SECRET}" } */
      "auth": { "client_id": "c", "client_secret": "q\\"uote\\n" }
    }
  }
}
`;

function entry(text: string): Node {
  return findNodeAtLocation(parseTree(text) as Node, ["mcpServers", "acme"]) as Node;
}

describe("hiding", () => {
  const view = hideSecrets(TEXT, entry(TEXT));

  test("nothing secret is left, in values, text or comments", () => {
    const all = JSON.stringify([view.value, view.text, view.members]);
    for (const secret of [SECRET, "uote"]) expect(all).not.toContain(secret);
    expect(view.value).toEqual({
      url: "https://acme.example/mcp",
      headers: { Authorization: `Bearer ${hidden("headers.Authorization")}`, "X-Team": 'a "team"' },
      auth: { client_id: "c", client_secret: hidden("auth.client_secret") },
    });
    expect(view.members).toEqual(["headers.Authorization", "auth.client_secret"]);
  });

  test("the text stands as if alone, with its comments", () => {
    expect(view.text).toBe(`{
  // the old one: "Authorization": "Bearer ${hidden("comment.0")}"
  "url": "https://acme.example/mcp",
  "headers": {
    "Authorization": "Bearer ${hidden("headers.Authorization")}", // mine
    "X-Team": "a \\"team\\""
  },
  /* "env": { "API_KEY": "${hidden("comment.2")}" } */
  "auth": { "client_id": "c", "client_secret": "${hidden("auth.client_secret")}" }
}`);
  });

  test("secrets come back where their placeholders stand now", () => {
    expect(restoreValue(view.value, view.secrets)).toMatchObject({
      value: { headers: { Authorization: `Bearer ${SECRET}` }, auth: { client_secret: 'q"uote\n' } },
      unknown: [],
    });
    const moved = { headers: { "X-Key": hidden("headers.Authorization") }, args: [`$${hidden("x")}`, hidden("y")] };
    expect(restoreValue(moved, view.secrets)).toEqual({
      value: { headers: { "X-Key": SECRET }, args: [`$${hidden("x")}`, hidden("y")] },
      unknown: ["y"],
    });
    const back = restoreText(view.text, parseTree(view.text) as Node, view.secrets);
    expect(back.unknown).toEqual([]);
    expect(back.value.replace(/^/gm, "    ").trim()).toBe(
      TEXT.slice(entry(TEXT).offset, entry(TEXT).offset + entry(TEXT).length),
    );
  });
});

test("keys with braces, dots and strange names keep their secrets apart", () => {
  const env = { "A}B_TOKEN": "one-1", "A.B_TOKEN": "two-2", "100%_TOKEN": "three-3" };
  const text = JSON.stringify({ mcpServers: { acme: { command: "x", env } } });
  const view = hideSecrets(text, entry(text));
  for (const secret of Object.values(env)) expect(JSON.stringify(view.value) + view.text).not.toContain(secret);
  expect(restoreValue(view.value, view.secrets)).toEqual({ value: { command: "x", env }, unknown: [] });
  expect(restoreText(view.text, parseTree(view.text) as Node, view.secrets).unknown).toEqual([]);
});
