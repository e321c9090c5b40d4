/** Starts the vault's driver in a given environment. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import type { ErrorObject } from "../../../preload/api.ts";
import { startChild } from "../../fixtures/children.ts";
import { repoRoot } from "../../fixtures/root.ts";
import type { Command } from "./driver.ts";

export interface Answer {
  readonly value?: unknown;
  readonly error?: ErrorObject;
  readonly ms: number;
}

export interface Driver {
  readonly file: string;
  close(): void;
}

/** The driver as one file, inside the checkout so that Node finds the keychain's library. */
export async function buildDriver(): Promise<Driver> {
  const cache = join(repoRoot, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "gatehouse-vault-"));
  const file = join(folder, "driver.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "driver.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["@napi-rs/keyring"],
  });
  return { file, close: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface VaultProcess {
  /** Commands are carried out in their order; several may be under way. */
  send(command: Command): Promise<Answer>;
  close(): Promise<void>;
}

export function startVault(driver: Driver, env: NodeJS.ProcessEnv): VaultProcess {
  const child = startChild(process.execPath, [driver.file], { env, stdio: ["pipe", "pipe", "pipe"] });
  const waiting: ((answer: Answer) => void)[] = [];
  const { stdin, stdout } = child.process;
  if (stdin === null || stdout === null) throw new Error("the driver has no pipes");
  createInterface({ input: stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line) as Answer));
  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        stdin.write(`${JSON.stringify(command)}\n`);
        void child.exited.then(() => reject(new Error(`the driver ended: ${child.output()}`)));
      }),
    close: () => child.stop(),
  };
}
