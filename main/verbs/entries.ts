/** Entries of `servers.json` as a form and as text, and the way back from an edit. */
import type { Edited } from "../../preload/api-config.ts";
import { isSecretName } from "../config/expand.ts";
import { GatehouseError } from "../errors.ts";
import { normalName } from "../names.ts";
import { visible } from "../visible.ts";
import { changeEntry, originOf } from "./entry-change.ts";
import { GivenSecrets } from "./given-secrets.ts";
import type { VerbDeps, Verbs } from "./types.ts";
import type { Undos } from "./undo.ts";

type Method = "getEntry" | "checkEntry" | "setEntry" | "undo" | "setToolAllowed";

export function entryVerbs({ config, signIns, secrets, hub }: VerbDeps, undos: Undos): Verbs<Method> {
  return {
    async getEntry({ name }) {
      const { value, text, members, issues } = await config.view(name);
      const entry = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
      return { name, entry: entry as Readonly<Record<string, unknown>>, text, hidden: members, issues };
    },

    async checkEntry({ name, new_name: newName, entry, text, create, secrets: named = [] }) {
      const draft = { name, newName, entry: entry === undefined ? undefined : asJson(entry), text, create };
      // Their values come with the edit; until then any will do.
      const { issues } = await config.check(draft, new Map(named.map((secret) => [secret, "x"])));
      return { issues };
    },

    async setEntry({ name, new_name: newName, entry, text, create, secrets: values = {} }): Promise<Edited> {
      if (entry !== undefined && text !== undefined) throw onlyOne();
      for (const [secret, value] of Object.entries(values))
        if (!isSecretName(secret) || value === "") throw badSecret();
      const draft = { name, newName, entry: entry === undefined ? undefined : asJson(entry), text, create };
      const given = new Map(Object.entries(values));
      const checked = await config.check(draft, given);
      const after = {
        name: normalName(newName ?? name),
        origin: checked.server === null ? null : originOf(checked.server),
      };
      const { servers, invalid: broken } = config.current;
      const before = [servers, broken].some((entries) => entries.has(normalName(name))) ? normalName(name) : null;
      const kept = new GivenSecrets({ secrets, config });
      await kept.put(given, [normalName(name), after.name]);
      const { takeBack, signedOut } = await changeEntry({ config, signIns }, before, after, () =>
        config.write(draft, given),
      ).catch(async (error: unknown) => {
        await kept.takeBack();
        throw error;
      });
      const undo = undos.add(async () => {
        await takeBack();
        await kept.takeBack();
        return { name: normalName(name) };
      });
      return { name: after.name, undo, signed_out: signedOut };
    },

    undo: ({ undo }) => undos.take(undo),

    async setToolAllowed({ server, tool, allowed }) {
      // A window has the name as it can be shown.
      const names = hub.controls(server).flatMap((control) => control.remembered().map((one) => String(one.name)));
      const real = names.includes(tool) ? tool : (names.find((one) => visible(one) === tool) ?? tool);
      const takeBack = await config.allowTool(server, real, allowed);
      const undo = undos.add(async () => {
        await takeBack();
        return { name: server };
      });
      return { name: server, undo, signed_out: 0 };
    },
  };
}

/** As a file would hold it: a window may send what JSON has no word for. */
function asJson(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(entry)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw invalid("The entry holds what no file can hold.", error);
  }
}

function onlyOne(): GatehouseError {
  return invalid("An entry comes as fields or as text, not as both.");
}

function badSecret(): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message:
      "A secret needs a value and a name of letters, digits, “.”, “_” and “-”, at most 64, a letter or digit first.",
    suggestion: "Choose another name, or enter the value.",
  });
}

function invalid(message: string, cause?: unknown): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message,
    suggestion: "This is a mistake of the program that asked; report it.",
    cause,
  });
}
