import { describe, expect, test } from "vitest";
import { CLIENTS } from "../../../main/agents/clients.ts";
import { catalogue } from "../../../main/config/catalogue.ts";
import { checkedPage, ownPages } from "../../../main/electron/own-pages.ts";

const pages = ownPages({ catalogue: await catalogue(), clients: CLIENTS });

describe("pages that a click may open", () => {
  test.each([
    "https://github.com/settings/developers",
    "https://code.claude.com/docs/en/mcp",
    "https://opencode.ai/docs/migrate-v1",
  ])("%s, which Gatehouse names itself", (address) => {
    expect(checkedPage(address, pages).href).toBe(address);
  });

  test.each(CLIENTS.map(({ source }) => source))("an agent's documentation: %s", (source) => {
    expect(pages).toContain(`https://${source.split(/[,;]/)[0]}`);
  });

  test.each([
    "http://github.com/settings/developers",
    "https://github.com/settings/developers?next=https://evil.example",
    "https://github.com/settings/developers/../tokens",
    "https://user@github.com/settings/developers",
    "https://github.com:8443/settings/developers",
    "https://evil.example/https://github.com/settings/developers",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "smb://share",
    "github.com/settings/developers",
    "",
  ])("not %j", (address) => {
    expect(() => checkedPage(address, pages)).toThrow(expect.objectContaining({ code: "unsafe_url" }));
  });
});
