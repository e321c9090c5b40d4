import { describe, expect, test } from "vitest";
import { APP_PAGE, assetFor } from "../../../main/electron/asset-path.ts";
import { contentSecurityPolicy, pageHeaders } from "../../../main/electron/csp.ts";

describe("what app://gatehouse/ serves", () => {
  test("its three files, and the words of each language but the built-in one", () => {
    expect(assetFor(APP_PAGE)).toEqual({ name: "index.html", type: "text/html; charset=utf-8" });
    expect(assetFor("app://gatehouse/index.js")?.type).toBe("text/javascript; charset=utf-8");
    expect(assetFor("app://gatehouse/style.css")?.type).toBe("text/css; charset=utf-8");
    expect(assetFor("app://gatehouse/locales/zh-CN.json")).toEqual({
      name: "locales/zh-CN.json",
      type: "application/json; charset=utf-8",
    });
  });

  test("and a picture for each server of the catalogue", () => {
    expect(assetFor("app://gatehouse/services/github.svg")).toEqual({
      name: "services/github.svg",
      type: "image/svg+xml",
    });
  });

  test.each([
    "app://gatehouse/locales/../index.html",
    "app://gatehouse/locales/..%2fen.json",
    "app://gatehouse/locales/de.js",
    "app://gatehouse/services/",
    "app://gatehouse/services/../index.svg",
    "app://gatehouse/services/a/b.svg",
    "app://gatehouse/services/.svg",
    "app://gatehouse/services/github.svg\n",
    "app://gatehouse/services/github.svg?x",
    "app://gatehouse/services/github.png",
    "app://gatehouse/services/%2e%2e.svg",
    "app://gatehouse/",
    "app://gatehouse",
    "app://gatehouse/../package.json",
    "app://gatehouse/..%2fpackage.json",
    "app://gatehouse/%2e%2e/package.json",
    "app://gatehouse/..\\package.json",
    "app://gatehouse/index.html\0",
    "app://gatehouse/index.html%00",
    "app://gatehouse/index.html?x=1",
    "app://gatehouse/index.html#x",
    "app://gatehouse/INDEX.HTML",
    "app://gatehouse/index%2ehtml",
    "app://gatehouse//index.html",
    "app://gatehouse/./index.html",
    "app://gatehouse:80/index.html",
    "app://user@gatehouse/index.html",
    "app://gatehouse.evil/index.html",
    "app://other/index.html",
    "app:///index.html",
    "file:///etc/passwd",
    "https://gatehouse/index.html",
    "app://gatehouse/locales/../index.html",
    "app://gatehouse/locales/zh-CN.json/",
    "app://gatehouse/constructor",
    "app://gatehouse/__proto__",
    "",
  ])("and not %j", (address) => {
    expect(assetFor(address)).toBeNull();
  });
});

describe("the page's policy", () => {
  const directives = new Map(
    contentSecurityPolicy()
      .split("; ")
      .map((directive) => {
        const [name = "", ...values] = directive.split(" ");
        return [name, values.join(" ")];
      }),
  );

  test("nothing by default, own script and style only, no frame around it", () => {
    expect(Object.fromEntries(directives)).toMatchObject({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "connect-src": "'self'",
      "form-action": "'none'",
      "base-uri": "'none'",
      "frame-ancestors": "'none'",
    });
  });

  test("no way in for inline or evaluated script, other schemes or wildcards", () => {
    expect(contentSecurityPolicy()).not.toMatch(/unsafe|\*|https?:|blob:|nonce/);
    expect(directives.get("script-src")).not.toContain("data:");
  });

  test("goes out with every file, which keeps its type", () => {
    expect(pageHeaders("text/css")).toMatchObject({
      "Content-Type": "text/css",
      "Content-Security-Policy": contentSecurityPolicy(),
      "X-Content-Type-Options": "nosniff",
    });
  });
});
