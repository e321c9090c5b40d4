/** Which store the person has chosen for grants, and what a move between two stores has not cleared away yet. */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { errorCode, isMissing, replaceFile } from "../atomic-file.ts";
import { vaultError } from "./store.ts";

/** The stores that a person can choose for good. */
export const LASTING = ["keychain", "file"] as const;
export type LastingKind = (typeof LASTING)[number];

const kind = z.enum(LASTING);
const schema = z.strictObject({
  v: z.literal(1),
  kind,
  /** Copies that still rest in the other store and count for nothing. */
  sweep: z
    .strictObject({
      kind,
      keys: z.array(z.strictObject({ server: z.string(), account: z.string(), origin: z.string() })),
    })
    .exactOptional(),
});

/** No secrets. */
export type Choice = z.output<typeof schema>;

export const NO_CHOICE: Choice = { v: 1, kind: "keychain" };

/**
 * {@link NO_CHOICE} when nobody has chosen. Rejects with `vault_unreadable` for a file that cannot be understood: a guess
 * could end in another store than the person's.
 */
export async function readChoice(path: string): Promise<Choice> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return NO_CHOICE;
    throw unreadable(path, `cannot be read (${errorCode(error) ?? "unknown error"})`, error);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(path, "says nothing that this version of Gatehouse understands", error);
  }
}

/** Durable when it resolves. Rejects with `vault_unavailable`; the old choice holds then. */
export async function writeChoice(path: string, choice: Choice): Promise<void> {
  try {
    await replaceFile(path, `${JSON.stringify(choice, null, 1)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw vaultError(
      "vault_unavailable",
      `Where sign-ins are kept cannot be written to ${path} (${errorCode(cause) ?? "unknown error"}).`,
      "See that there is room and that the file is yours, then try again.",
      cause,
    );
  }
}

function unreadable(path: string, what: string, cause: unknown) {
  return vaultError(
    "vault_unreadable",
    `${path}, which tells where sign-ins are kept, ${what}.`,
    "Restore the file, or set GATEHOUSE_VAULT to keychain or file, and start Gatehouse again. Nothing was changed.",
    cause,
  );
}
