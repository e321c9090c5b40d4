/**
 * Values that a registry leaves to the person, as references of `servers.json`. Its own texts never are references: `${`
 * is escaped, and what is asked for gets names that no variable of this machine and no secret of another server has.
 */
import { createHash } from "node:crypto";
import type { RegistryItem } from "../../../preload/api-config.ts";
import { cut, visible } from "../../visible.ts";
import type { Input, InputWithVariables } from "./schema.ts";

type Want = RegistryItem["wants"][number];

/** What a value is for: secrets may stand where nobody gets to see them, and nowhere else. */
type Place = "hidden" | "shown";

const MAX_DESCRIPTION = 300;
/** Of the name in a reference, before the mark that tells it apart. */
const MAX_LABEL = 40;

/** It cannot become an entry. */
export class Unfit extends Error {}

export class Inputs {
  readonly #server: string;
  readonly #wants = new Map<string, Want>();

  /** `server`: its name in the registry, which is unique there. */
  constructor(server: string) {
    this.#server = server;
  }

  get wants(): readonly Want[] {
    return [...this.#wants.values()];
  }

  /** The value of one input, by its name; undefined: it is optional, and nothing is set. Throws {@link Unfit}. */
  value(name: string, input: InputWithVariables, place: Place): string | undefined {
    if (input.value !== undefined) return this.template(input.value, input.variables ?? {}, place);
    if (input.isSecret !== true && input.default !== undefined) return literal(input.default);
    return input.isRequired === true ? this.#asked(name, input, place) : undefined;
  }

  /** `{name}` replaced where there is such a variable; anything else stays as it is. Throws {@link Unfit}. */
  template(text: string, variables: Readonly<Record<string, Input>>, place: Place): string {
    let whole = "";
    // Escaped together, because a reference may be made of two texts that are none.
    let plain = "";
    for (const part of text.split(/(\{[A-Za-z0-9_.-]{1,128}\})/)) {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      const input = name !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
      const fixed = input === undefined ? part : (input.value ?? (input.isSecret === true ? undefined : input.default));
      if (fixed !== undefined) plain += fixed;
      else if (name !== undefined && input !== undefined) {
        if (plain.endsWith("$")) throw new Unfit("a reference that would be none");
        whole += literal(plain) + this.#asked(name, input, place);
        plain = "";
      }
    }
    return whole + literal(plain);
  }

  #asked(name: string, { isSecret: secret = false, description }: Input, place: Place): string {
    if (secret && place === "shown") throw new Unfit("a secret would be shown");
    const reference = secret ? this.#secretName(name) : `YOUR_${label(name, "_").toUpperCase()}`;
    const about =
      description === undefined ? null : cut(visible(description).replace(/\s+/g, " ").trim(), MAX_DESCRIPTION);
    this.#wants.set(reference, { name: reference, description: about || null, secret });
    return secret ? `\${keychain:${reference}}` : `\${${reference}}`;
  }

  #secretName(name: string): string {
    const mark = createHash("sha256")
      .update(JSON.stringify([this.#server, name]))
      .digest("hex")
      .slice(0, 12);
    return `${label(name, "-").toLowerCase()}-${mark}`;
  }
}

/** As it is, with nothing in it that `servers.json` would replace. Throws {@link Unfit} for control characters. */
export function literal(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) throw new Unfit("control characters");
  return text.replaceAll("${", () => "$${");
}

function label(name: string, between: string): string {
  const kept = name.replace(/[^A-Za-z0-9]+/g, between).slice(0, MAX_LABEL);
  return kept.replace(/^[-_]+|[-_]+$/g, "") || "value";
}
