/** What the programs that the real app starts inherit from it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startApp } from "../fixtures/app.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { runCli } from "../fixtures/program.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

test("the system's opener does not get the vault's passphrase, and the vault does", async () => {
  const desktop = use(await startDesktop({ keyring: "absent" }));
  const home = use(makeHome());
  const programs = join(home.path, "programs");
  const seen = join(home.path, "seen");
  mkdirSync(programs);
  // The name appears when all of it is written.
  writeFileSync(
    join(programs, "xdg-open"),
    `#!/bin/sh\n(echo "$@"; env) > "${seen}.part"\nmv "${seen}.part" "${seen}"\n`,
    {
      mode: 0o700,
    },
  );
  const env = {
    ...desktop.env,
    PATH: `${programs}:${desktop.env.PATH}`,
    GATEHOUSE_VAULT: "file",
    GATEHOUSE_VAULT_PASSPHRASE: "correct horse battery",
  };
  const app = use(await startApp({ home: home.path, env }));
  await (await app.window()).getByRole("heading", { name: "Servers" }).waitFor();
  await app.app.evaluate(({ shell }) => shell.openExternal("https://example.com/page"));
  const told = await waitFor("the opener", () => (existsSync(seen) ? readFileSync(seen, "utf8") : undefined));
  expect(told).toContain("https://example.com/page");
  expect(told).toContain("PATH=");
  expect(told).not.toContain("correct horse");

  expect((await runCli(["secret", "set", "x"], { home: home.path, env, stdin: "value" })).code).toBe(0);
  expect(existsSync(join(home.path, "vault.enc"))).toBe(true);
  // Without the passphrase its key would lie there.
  expect(existsSync(join(home.path, "vault.key"))).toBe(false);
});
