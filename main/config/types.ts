/** `servers.json` after it was read, checked and `${VAR}` replaced. Wire names of the `auth` block are kept. */
import type { AppSettings } from "../../preload/api-settings.ts";
import type { GatehouseError } from "../errors.ts";

export type Protocol = "auto" | "legacy" | "2026-07-28";

export type GrantType = "authorization_code" | "client_credentials" | "device_code" | "id_jag" | "jwt_bearer" | "none";

/** The `auth` block. Absent members are found by discovery. */
export interface AuthConfig {
  readonly grant?: GrantType;
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly scope?: string;
  /** False: send no `resource` (RFC 8707). */
  readonly resource?: string | false;
  readonly authorize_params?: Readonly<Record<string, string>>;
  readonly token_params?: Readonly<Record<string, string>>;
  readonly redirect_uri?: string;
  /** Seconds. */
  readonly callback_timeout?: number;
  readonly authorization_server?: string;
  readonly metadata_url?: string;
  readonly authorization_endpoint?: string;
  readonly token_endpoint?: string;
  readonly device_authorization_endpoint?: string;
  readonly token_endpoint_auth_method?: string;
  readonly client_metadata?: Readonly<Record<string, unknown>>;
  readonly client_metadata_url?: string;
  readonly private_key?: string;
  readonly token_endpoint_auth_signing_alg?: string;
  readonly idp?: Readonly<Record<string, string>>;
  readonly assertion?: string;
  readonly use_id_token?: boolean;
  /** Seconds before the end at which an access token counts as ended. */
  readonly refresh_skew?: number;
}

interface ServerBase {
  readonly name: string;
  readonly enabled: boolean;
  readonly protocol: Protocol;
  readonly tools: {
    readonly allow: readonly string[];
    readonly deny: readonly string[];
    /** False: what tools say of themselves may change. */
    readonly guard?: boolean;
  };
  /** Seconds that a request may be without a sign of life. */
  readonly timeout: number;
}

export interface RemoteServer extends ServerBase {
  readonly type: "streamable-http" | "sse" | "auto";
  /** http or https, no user info, no fragment; otherwise as written. */
  readonly url: string;
  /**
   * The URL fit to be shown, where the file has `${…}` in it (what that stands for may be a secret) or a secret in plain.
   * Absent: as it is.
   */
  readonly shownUrl?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: AuthConfig;
}

export interface StdioServer extends ServerBase {
  readonly type: "stdio";
  readonly command: string;
  /** False: it came from elsewhere, and nobody has allowed yet that it runs. */
  readonly approved?: boolean;
  /** Command and arguments fit to be shown, where the file has `${…}` or a secret in them. Absent: as they are. */
  readonly shownCommand?: string;
  /**
   * What `${…}` in command, arguments and environment stands for, and the secrets that stand there in plain: taken out of
   * everything the program says.
   */
  readonly hidden?: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
}

export type ServerConfig = RemoteServer | StdioServer;

/** What is in force. After a broken edit the servers are the last good ones and `error` says what is wrong with the file. */
export interface Config {
  readonly path: string;
  /** In the file's order. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** Entries that are invalid by themselves, by the name in the file; the others work. */
  readonly invalid: ReadonlyMap<string, GatehouseError>;
  readonly settings: AppSettings;
  /** Why a setting is not as the file says: its default is in force. */
  readonly settingsError: GatehouseError | null;
  readonly error: GatehouseError | null;
}
