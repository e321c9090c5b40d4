/** A grant as text, and the name under which it rests. */
import * as z from "zod";
import type { Grant, GrantKey } from "./types.ts";

const nullableText = z.string().nullable();

const schema = z.object({
  v: z.literal(1),
  grant_type: z.string().exactOptional(),
  issuer: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: nullableText,
  resource: nullableText,
  client: z.object({
    source: z.enum(["config", "metadata_document", "dynamic"]),
    client_id: z.string(),
    client_secret: z.string().exactOptional(),
    token_endpoint_auth_method: z.string(),
    redirect_uri: z.string(),
  }),
  access_token: z.string().min(1),
  token_type: z.enum(["Bearer", "DPoP"]).exactOptional(),
  dpop_key: z
    .object({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string(), d: z.string() })
    .exactOptional(),
  refresh_token: nullableText,
  id_token: nullableText,
  scope: nullableText,
  expires_at: z.number().nullable(),
  obtained_at: z.number(),
  signed_in_at: z.number(),
});

export function encodeGrant(grant: Grant): string {
  return JSON.stringify(grant);
}

/** Null when the text is no grant that this version can read. */
export function decodeGrant(text: string): Grant | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** `<server>:<origin>`, or `<server>@<account>:<origin>` when the account is named. */
export function restingName(key: GrantKey): string {
  const account = key.account === "default" ? "" : `@${key.account}`;
  return `${key.server}${account}:${key.origin}`;
}
