/** What a registry lists, as entries of `servers.json` to choose from. */
import type { RegistryItem } from "../../../preload/api-config.ts";
import { GatehouseError } from "../../errors.ts";
import { checkedUrl } from "../../http/urls.ts";
import { cut, visible } from "../../visible.ts";
import { Inputs, Unfit } from "./inputs.ts";
import { packageEntry } from "./package.ts";
import { remoteEntry } from "./remote.ts";
import type { Listed } from "./schema.ts";

/** At most two for a server: as it runs elsewhere, and as a program of this computer. */
export function registryItems(listed: Listed): RegistryItem[] {
  const { server, remotes, packages, deprecated } = listed;
  const about = shown(server.description ?? "", 300) ?? "";
  const common = {
    name: server.name,
    title: shown(server.title ?? "", 100),
    description: deprecated ? `No longer kept up by its publisher. ${about}`.trim() : about,
    version: shown(server.version ?? "", 64),
    website: website(server.websiteUrl),
  };
  const streamable = [...remotes].sort((a, b) => Number(a.type === "sse") - Number(b.type === "sse"));
  return [
    first(streamable, (one, inputs) => remoteEntry(one, inputs)),
    first(packages, (one, inputs) => packageEntry(one, inputs)),
  ].flatMap((found) => (found === null ? [] : [{ ...common, ...found }]));

  function first<T>(
    choices: readonly T[],
    entryOf: (choice: T, inputs: Inputs) => Record<string, unknown> | null,
  ): Pick<RegistryItem, "entry" | "wants"> | null {
    for (const choice of choices) {
      const inputs = new Inputs(server.name);
      try {
        const entry = entryOf(choice, inputs);
        if (entry !== null) return { entry, wants: inputs.wants };
      } catch (error) {
        if (!(error instanceof Unfit || error instanceof GatehouseError)) throw error;
      }
    }
    return null;
  }
}

function shown(text: string, most: number): string | null {
  return cut(visible(text.replace(/\s+/g, " ").trim()), most) || null;
}

function website(url: string | undefined): string | null {
  if (url === undefined) return null;
  try {
    const checked = checkedUrl(url, { server: "registry", what: "website" });
    return checked.protocol === "https:" ? checked.href : null;
  } catch {
    return null;
  }
}
