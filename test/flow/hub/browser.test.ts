/** A click whose browser does not open: said at once, because nobody sees the address. */
import { expect, test } from "vitest";
import { startHub } from "../../../main/app.ts";
import { GatehouseError } from "../../../main/errors.ts";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";

test("a sign-in from the window ends with browser_failed, and is offered again", async () => {
  const acme = use(await startProtectedServer({ issuer: use(await startAuthorizationServer()) }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  const failed = new GatehouseError({ code: "browser_failed", message: "No browser.", suggestion: "Get one." });
  const hub = await startHub({
    env: { GATEHOUSE_HOME: home.path, GATEHOUSE_VAULT: "memory" },
    browser: { open: () => Promise.reject(failed) },
    version: "0.0.0",
    role: "app",
  });
  if (hub === null) throw new Error("another hub has this home");
  use({ close: () => hub.close("quit") });
  await hub.call("probe", {});
  expect(await hub.call("signIn", { server: "acme" })).toMatchObject({
    ok: false,
    error: { code: "browser_failed", server: "acme" },
  });
  expect(hub.snapshot().servers).toMatchObject([{ state: "sign_in_required", error: { code: "browser_failed" } }]);
});
