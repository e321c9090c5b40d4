/**
 * A vault in a process of its own: libdbus reads the bus's address once, so each environment needs a new one. A JSON
 * command a line on stdin, a JSON answer a line on stdout.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { GatehouseError } from "../../../main/errors.ts";
import { vaultOver } from "../../../main/vault/index.ts";
import { keychainStore } from "../../../main/vault/keychain.ts";
import type { Grant, GrantKey } from "../../../main/vault/types.ts";

export type Command =
  | { readonly op: "get" | "delete"; readonly key: GrantKey }
  | { readonly op: "put"; readonly key: GrantKey; readonly grant: Grant }
  | { readonly op: "status" | "kernelKeys" };

const log = { debug() {}, info() {}, warn() {}, error() {} };
const maxBytes = process.env.TEST_MAX_BYTES === undefined ? {} : { maxBytes: Number(process.env.TEST_MAX_BYTES) };
const limit = Number(process.env.TEST_LIMIT ?? 10_000);
const vault = vaultOver(keychainStore({ env: process.env, log, limit, ...maxBytes }));

async function run(command: Command): Promise<unknown> {
  switch (command.op) {
    case "get":
      return await vault.get(command.key);
    case "put":
      return await vault.put(command.key, command.grant);
    case "delete":
      return await vault.delete(command.key);
    case "status":
      return vault.status();
    case "kernelKeys":
      return readFileSync("/proc/keys", "utf8");
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now();
  const answer = await run(JSON.parse(line) as Command).then(
    (value) => ({ value: value ?? null }),
    (error: unknown) => ({ error: error instanceof GatehouseError ? error.toObject() : String(error) }),
  );
  console.log(JSON.stringify({ ...answer, ms: performance.now() - started }));
}
process.exit(0);
