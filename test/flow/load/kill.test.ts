/** Grants in the encrypted file, and a hub that is killed while it renews them. */
import { test } from "vitest";
import { KILLS, KILLS_LIMIT_MS, killAtEveryStep } from "./kills.ts";

test(`file: killed ${KILLS} times, no grant is lost that a careful client could have kept`, {
  timeout: KILLS_LIMIT_MS,
}, async () => {
  await killAtEveryStep("file", null, {
    folder: null,
    step: (name) => (name.endsWith(".tmp") ? "writing" : name === "vault.enc" ? "stored" : null),
  });
});
