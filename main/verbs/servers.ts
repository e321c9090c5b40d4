/** What a person can do with whole entries of `servers.json`. Each of it can be taken back. */
import type { Edited } from "../../preload/api-config.ts";
import type { TakeBack } from "../config/edits.ts";
import { normalName } from "../names.ts";
import { changeEntry, originOf, type Place } from "./entry-change.ts";
import type { Checked } from "./params.ts";
import type { VerbDeps, Verbs } from "./types.ts";
import type { Undos, WayBack } from "./undo.ts";

type Method = "addServer" | "updateServer" | "setServerEnabled" | "approveCommand" | "removeServer";

export function serverVerbs({ config, signIns }: VerbDeps, undos: Undos): Verbs<Method> {
  const change = async (from: string | null, after: Place | null, edit: () => Promise<TakeBack>): Promise<Edited> => {
    const { takeBack, signedOut } = await changeEntry({ config, signIns }, from, after, edit);
    const name = from ?? after?.name ?? "";
    return { name: after?.name ?? name, undo: undos.add(wayBack(name, takeBack)), signed_out: signedOut };
  };
  /** What leaves name and origin as they are. */
  const mend = async (name: string, edit: Promise<TakeBack>): Promise<Edited> => ({
    name,
    undo: undos.add(wayBack(name, await edit)),
    signed_out: 0,
  });

  const originAfter = (name: string, server: Checked<"updateServer">["server"]): string | null => {
    const before = config.current.servers.get(name);
    if (server === undefined) return before === undefined ? null : originOf(before);
    return "url" in server && URL.canParse(server.url) ? new URL(server.url).origin : null;
  };

  return {
    addServer: ({ name, server }) =>
      change(null, { name: normalName(name), origin: null }, () => config.add(name, server)),

    updateServer: ({ name, new_name: newName, server }) =>
      change(name, { name: normalName(newName ?? name), origin: originAfter(name, server) }, () =>
        config.update(name, { newName, server }),
      ),

    setServerEnabled: ({ name, enabled }) => mend(name, config.setEnabled(name, enabled)),
    approveCommand: ({ name }) => mend(name, config.approveCommand(name)),
    removeServer: ({ name }) => change(name, null, () => config.remove(name)),
  };
}

function wayBack(name: string, takeBack: () => Promise<unknown>): WayBack {
  return async () => {
    await takeBack();
    return { name };
  };
}
