/**
 * A process of its own with the keychain's vault: `get <key>` prints the grant, `put <key> <grant> <writes>` ends with
 * exit code 9 at the first write to the keychain beyond so many.
 */
import { AsyncEntry } from "@napi-rs/keyring";
import { vaultOver } from "../../main/vault/index.ts";
import { keychainStore } from "../../main/vault/keychain.ts";
import type { Grant, GrantKey } from "../../main/vault/types.ts";

const [verb, key = "", grant = "", writes = ""] = process.argv.slice(2);
const vault = vaultOver(keychainStore({ env: process.env, log: { debug() {}, info() {}, warn() {}, error() {} } }));

async function run(): Promise<void> {
  const at = JSON.parse(key) as GrantKey;
  if (verb === "get") return void process.stdout.write(JSON.stringify(await vault.get(at)));
  let left = Number(writes);
  const { setSecret } = AsyncEntry.prototype;
  AsyncEntry.prototype.setSecret = function limited(...args) {
    left -= 1;
    if (left < 0) process.exit(9);
    return setSecret.apply(this, args);
  };
  await vault.put(at, JSON.parse(grant) as Grant);
}

void run();
