/** A token endpoint's answer, made such that a strict library reads it, and what of it counts. */
import { jsonObject } from "./discovery.ts";

/** Ten years, in seconds: later ends are nobody's promise and would leave the range of a date. */
const MAX_LIFETIME_S = 315_360_000;

/** A lifetime in seconds. What is not a positive number is unknown: null (the token is used until a 401). */
export function lifetimeOf(expiresIn: unknown): number | null {
  const seconds =
    typeof expiresIn === "number"
      ? expiresIn
      : typeof expiresIn === "string" && expiresIn.trim() !== ""
        ? Number(expiresIn)
        : Number.NaN;
  if (Number.isNaN(seconds) || seconds <= 0) return null;
  return Math.min(seconds, MAX_LIFETIME_S);
}

/** Repairs of what real servers get wrong, and the id token kept aside. */
export interface Tidied {
  readonly response: Response;
  readonly idToken: string | null;
}

/**
 * - A form-encoded answer becomes JSON (GitHub).
 * - An error sent with status 200 becomes a 400 (GitHub, Slack).
 * - `expires_in` becomes a positive number or goes; members that are null or of the wrong type go; a missing or unusual
 *   `token_type` becomes Bearer, unless it is DPoP.
 * - The id token is taken out. It is not used to learn who signed in, so its claims decide nothing.
 * - `WWW-Authenticate` goes, so that the error in the body is what is read (RFC 6749 §5.2).
 */
export async function tidyTokenResponse(response: Response): Promise<Tidied> {
  const text = await response.text();
  const headers = new Headers(response.headers);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get("content-type") ?? "");
  const body = isForm ? Object.fromEntries(new URLSearchParams(text)) : jsonObject(text);
  headers.delete("www-authenticate");
  if (body === null) return { response: new Response(text, { status: response.status, headers }), idToken: null };
  headers.set("content-type", "application/json");
  const { id_token, expires_in, token_type, refresh_token, scope, ...rest } = body;
  const lifetime = lifetimeOf(expires_in);
  const tidy: Record<string, unknown> = {
    ...rest,
    token_type: typeof token_type === "string" && token_type.toLowerCase() === "dpop" ? token_type : "Bearer",
    ...(lifetime === null ? {} : { expires_in: lifetime }),
    ...(typeof refresh_token === "string" && refresh_token !== "" ? { refresh_token } : {}),
    ...(typeof scope === "string" ? { scope } : {}),
  };
  const failed = response.ok && typeof body.error === "string" && typeof body.access_token !== "string";
  return {
    response: new Response(JSON.stringify(tidy), { status: failed ? 400 : response.status, headers }),
    idToken: typeof id_token === "string" ? id_token : null,
  };
}
