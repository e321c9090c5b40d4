/** What a person can do with the secrets that `servers.json` refers to. Values go in and never come out. */
import type { Answer, Params } from "../../preload/api.ts";
import { isSecretName } from "../config/expand.ts";
import type { ConfigStore } from "../config/store.ts";
import { GatehouseError } from "../errors.ts";
import type { SecretVault } from "../vault/secrets.ts";

export function secretVerbs(secrets: SecretVault, config: ConfigStore) {
  const users = (name: string): readonly string[] => config.secrets.get(name) ?? [];
  return {
    async setSecret({ name, value }: Params<"setSecret">): Promise<Answer<"setSecret">> {
      if (!isSecretName(name)) throw badName();
      await secrets.set(name, value);
      if (users(name).length > 0) await config.reload();
      return { name, used_by: users(name) };
    },

    async removeSecret({ name }: Params<"removeSecret">): Promise<Answer<"removeSecret">> {
      if (!isSecretName(name)) throw badName();
      const removed = await secrets.remove(name);
      if (users(name).length > 0) await config.reload();
      return { name, removed, used_by: users(name) };
    },

    async listSecrets(): Promise<Answer<"listSecrets">> {
      const names = [...new Set([...secrets.names(), ...config.secrets.keys()])].sort();
      const listed = [];
      for (const name of names) {
        listed.push({ name, is_set: (await secrets.get(name)) !== null, used_by: users(name) });
      }
      return { secrets: listed };
    },
  };
}

function badName(): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message: "This cannot be the name of a secret.",
    suggestion: "Use letters, digits, “.”, “_” and “-”, at most 64, a letter or digit first.",
  });
}
