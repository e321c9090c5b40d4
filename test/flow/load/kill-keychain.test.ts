/** The same on a real Secret Service, which writes by itself when it was asked, also for a hub that is gone. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDesktop } from "../../fixtures/desktop.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "../hub/parts.ts";
import { buildDriver, startVault } from "../vault/vault-process.ts";
import { KILLS, KILLS_LIMIT_MS, killAtEveryStep } from "./kills.ts";

test.skipIf(process.platform !== "linux")(
  `keychain: killed ${KILLS} times, no grant is lost that a careful client could have kept`,
  { timeout: KILLS_LIMIT_MS },
  async () => {
    const desktop = use(await startDesktop({ display: false }));
    const vault = use(startVault(use(await buildDriver()), desktop.env));
    const store = {
      env: { ...desktop.env, ...PLAIN, GATEHOUSE_VAULT: "keychain", GATEHOUSE_LOG_LEVEL: "info" },
      async put(key: object, grant: object) {
        const { error } = await vault.send({ op: "put", key, grant } as Parameters<typeof vault.send>[0]);
        expect(error).toBeUndefined();
      },
    };
    // The daemon writes a new file beside the old one and puts it in its place.
    await killAtEveryStep("keychain", store, {
      folder: join(String(desktop.env.XDG_DATA_HOME), "keyrings"),
      step: (name) => (name === "login.keyring" ? "stored" : name.startsWith("login.keyring") ? "writing" : null),
    });
  },
);
