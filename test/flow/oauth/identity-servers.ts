/**
 * An identity provider (RFC 8693 token exchange to an ID-JAG) and an authorization server that takes assertions (RFC 7523
 * §2.1), each as strict as their specifications let them be: what is missing, doubled or unknown is refused.
 */
import { type CryptoKey, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { listen } from "../../fixtures/listen.ts";

export interface FormRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
  readonly error: string | null;
}

interface Refusal {
  readonly status: number;
  readonly error: string;
}

type Outcome = { readonly body: Readonly<Record<string, unknown>> } | Refusal;

export interface TokenServer {
  readonly origin: string;
  readonly asked: FormRequest[];
  close(): Promise<void>;
}

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ID_JAG = "urn:ietf:params:oauth:token-type:id-jag";
const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";

/** Metadata at the well-known places, and `/token` judged by `judge`. */
async function startTokenServer(
  metadata: (origin: string) => Readonly<Record<string, unknown>>,
  judge: (request: Omit<FormRequest, "error">, origin: string) => Promise<Outcome>,
): Promise<TokenServer> {
  const asked: FormRequest[] = [];
  const listening = await listen((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const path = request.url ?? "";
      const send = (status: number, body: unknown) => {
        response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
        response.end(JSON.stringify(body));
      };
      if (path.startsWith("/.well-known/")) return send(200, metadata(listening.origin));
      if (path !== "/token" || request.method !== "POST") return send(404, {});
      const pairs = [...new URLSearchParams(Buffer.concat(chunks).toString())];
      const form = Object.fromEntries(pairs);
      const record = { path, authorization: request.headers.authorization, form };
      const outcome: Outcome =
        Object.keys(form).length === pairs.length
          ? await judge(record, listening.origin)
          : { status: 400, error: "invalid_request" };
      asked.push({ ...record, error: "error" in outcome ? outcome.error : null });
      if ("error" in outcome) return send(outcome.status, { error: outcome.error });
      send(200, outcome.body);
    })();
  });
  return { origin: listening.origin, asked, close: listening.stop };
}

function unknownMembers(form: Readonly<Record<string, string>>, known: readonly string[]): boolean {
  return Object.keys(form).some((name) => !known.includes(name));
}

export interface IdentityProvider extends TokenServer {
  /** Of the person, for our client there. */
  idToken(changes?: { readonly expired?: boolean }): Promise<string>;
  readonly publicKey: CryptoKey;
  /** What comes instead of an ID-JAG; null: an ID-JAG. */
  instead: string | null;
}

/** `idpClient`: who may exchange. `client`: who the assertion is for, at the authorization server. */
export async function startIdentityProvider(idpClient: string, client: string): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const server = await startTokenServer(
    (origin) => ({ issuer: origin, token_endpoint: `${origin}/token`, jwks_uri: `${origin}/jwks` }),
    async ({ authorization, form }, origin) => {
      const known = [
        "grant_type",
        "requested_token_type",
        "subject_token",
        "subject_token_type",
        "audience",
        "resource",
        "scope",
        "client_id",
      ];
      const right =
        form.grant_type === EXCHANGE &&
        form.requested_token_type === ID_JAG &&
        form.subject_token_type === ID_TOKEN &&
        URL.canParse(form.audience ?? "") &&
        URL.canParse(form.resource ?? "");
      if (!right || authorization !== undefined || unknownMembers(form, known))
        return { status: 400, error: "invalid_request" };
      if (form.client_id !== idpClient) return { status: 401, error: "invalid_client" };
      try {
        await jwtVerify(form.subject_token ?? "", publicKey, { issuer: origin, audience: idpClient });
      } catch {
        return { status: 400, error: "invalid_grant" };
      }
      const assertion = await new SignJWT({ client_id: client, resource: form.resource })
        .setProtectedHeader({ alg: "ES256", typ: "oauth-id-jag+jwt" })
        .setIssuer(origin)
        .setSubject("ada")
        .setAudience(form.audience ?? "")
        .setIssuedAt()
        .setExpirationTime("5m")
        .setJti(crypto.randomUUID())
        .sign(privateKey);
      const issued = provider.instead ?? ID_JAG;
      return { body: { issued_token_type: issued, access_token: assertion, token_type: "N_A", expires_in: 300 } };
    },
  );
  const provider: IdentityProvider = {
    ...server,
    publicKey,
    instead: null,
    idToken: ({ expired = false } = {}) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer(server.origin)
        .setSubject("ada")
        .setAudience(idpClient)
        .setIssuedAt()
        .setExpirationTime(expired ? "-60s" : "1h")
        .sign(privateKey),
  };
  return provider;
}

export interface AssertionServer extends TokenServer {
  /** Errors to give to good requests, one each. */
  readonly refusals: string[];
}

/** Takes assertions that `key` signed, once each, from this client alone. */
export async function startAssertionServer(options: {
  readonly key: CryptoKey;
  readonly client: string;
  /** Absent: a public client. */
  readonly secret?: string;
  /** Whether the assertion is an ID-JAG, which names client and resource. */
  readonly idJag: boolean;
  readonly resource: () => string;
}): Promise<AssertionServer> {
  const used = new Set<string>();
  const refusals: string[] = [];
  let issued = 0;
  const server = await startTokenServer(
    (origin) => ({
      issuer: origin,
      token_endpoint: `${origin}/token`,
      grant_types_supported: [JWT_BEARER],
      token_endpoint_auth_methods_supported: [options.secret === undefined ? "none" : "client_secret_basic"],
    }),
    async ({ authorization, form }, origin) => {
      const known = ["grant_type", "assertion", "scope", "resource", "client_id"];
      if (unknownMembers(form, known)) return { status: 400, error: "invalid_request" };
      if (form.grant_type !== JWT_BEARER) return { status: 400, error: "unsupported_grant_type" };
      const basic = `Basic ${Buffer.from(`${options.client}:${options.secret}`).toString("base64")}`;
      const admitted = options.secret === undefined ? form.client_id === options.client : authorization === basic;
      if (!admitted) return { status: 401, error: "invalid_client" };
      try {
        const { payload } = await jwtVerify(form.assertion ?? "", options.key, { audience: origin });
        const jag = decodeProtectedHeader(form.assertion ?? "").typ === "oauth-id-jag+jwt";
        const named = payload.client_id === options.client && payload.resource === options.resource();
        if (jag !== options.idJag || (options.idJag && !named)) return { status: 400, error: "invalid_grant" };
        if (options.idJag && used.has(String(payload.jti))) return { status: 400, error: "invalid_grant" };
        used.add(String(payload.jti));
      } catch {
        return { status: 400, error: "invalid_grant" };
      }
      const refusal = refusals.shift();
      if (refusal !== undefined) return { status: 400, error: refusal };
      issued += 1;
      return {
        body: { access_token: `at-${issued}`, token_type: "Bearer", expires_in: 3600, refresh_token: "unwanted" },
      };
    },
  );
  return { ...server, refusals };
}
