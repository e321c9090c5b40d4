/** What rests in the vault, and what a vault is. */
import type { VaultStatus } from "../../preload/api.ts";

/** One server × account. The origin is part of the key: a re-pointed URL finds nothing, stale tokens never leave. */
export interface GrantKey {
  readonly server: string;
  /** `default` unless named. */
  readonly account: string;
  /** Origin of the server's URL, e.g. `https://mcp.example.com`. */
  readonly origin: string;
}

/** The client registration that the tokens belong to (RFC 7591 names). */
export interface ClientRegistration {
  readonly source: "config" | "metadata_document" | "dynamic";
  readonly client_id: string;
  readonly client_secret?: string;
  readonly token_endpoint_auth_method: string;
  readonly redirect_uri: string;
}

/** A private P-256 key as a JWK (RFC 7517, RFC 7518 §6.2); members base64url. */
export interface DpopKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/** Everything held for one server × account. Serialised as JSON, one keychain entry. Times: milliseconds since the epoch. */
export interface Grant {
  readonly v: 1;
  /** `grant` of the `auth` block that it was obtained with; absent: `authorization_code`. */
  readonly grant_type?: string;
  /** The authorization server that issued it; compared before anything is sent anywhere. */
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint: string | null;
  /** What was sent as `resource` (RFC 8707); null: none. */
  readonly resource: string | null;
  readonly client: ClientRegistration;
  readonly access_token: string;
  /** How the access token is sent; absent: `Bearer`. */
  readonly token_type?: "Bearer" | "DPoP";
  /** The key that tokens of this grant are bound to (RFC 9449); absent: none. */
  readonly dpop_key?: DpopKey;
  readonly refresh_token: string | null;
  readonly id_token: string | null;
  readonly scope: string | null;
  /** Null: unknown, used until a 401. */
  readonly expires_at: number | null;
  readonly obtained_at: number;
  /** When the person signed in. */
  readonly signed_in_at: number;
}

/**
 * A store of grants. Fails closed: `vault_unavailable`, `vault_locked` or `vault_unreadable`, never another store.
 * Writes to one vault are queued one after the other; a resolved `put` is durable.
 */
export interface Vault {
  readonly kind: VaultStatus["kind"];
  /** As of the last call; `unknown` before the first. */
  status(): VaultStatus;
  get(key: GrantKey): Promise<Grant | null>;
  put(key: GrantKey, grant: Grant): Promise<void>;
  /** Answers whether there was one. */
  delete(key: GrantKey): Promise<boolean>;
}

/** The same vault for whatever rests in it, as it is written there. */
export interface TextVault extends Vault {
  getText(key: GrantKey): Promise<string | null>;
  /** Durable when it resolves. */
  putText(key: GrantKey, text: string): Promise<void>;
}
