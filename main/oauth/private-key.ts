/** The key of `private_key`, for client assertions (RFC 7523 §2.2, RFC 7517, RFC 7518 §3.1). */
import { createPrivateKey, type JsonWebKey, type KeyObject, webcrypto } from "node:crypto";
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import { configuredText } from "./configured-text.ts";
import { problem, type Run } from "./problem.ts";

export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  readonly kid?: string;
}

type Algorithm = webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm;

const RSA: Readonly<Record<string, Algorithm>> = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  RS384: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" },
  RS512: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
  PS256: { name: "RSA-PSS", hash: "SHA-256" },
  PS384: { name: "RSA-PSS", hash: "SHA-384" },
  PS512: { name: "RSA-PSS", hash: "SHA-512" },
};
/** By the name that Node gives the curve. */
const CURVES: Readonly<Record<string, { readonly alg: string; readonly algorithm: Algorithm }>> = {
  prime256v1: { alg: "ES256", algorithm: { name: "ECDSA", namedCurve: "P-256" } },
  secp384r1: { alg: "ES384", algorithm: { name: "ECDSA", namedCurve: "P-384" } },
  secp521r1: { alg: "ES512", algorithm: { name: "ECDSA", namedCurve: "P-521" } },
};

/**
 * `private_key` as a PEM (PKCS #8, PKCS #1 or SEC 1) or a JWK, or the path of a file that holds one. The algorithm is
 * `token_endpoint_auth_signing_alg`, else the JWK's own, else the usual one of the kind of key. Throws `config_invalid`.
 */
export async function signingKey(run: Run, server: RemoteServer): Promise<SigningKey> {
  const { private_key: configured, token_endpoint_auth_signing_alg: wanted } = server.auth;
  if (configured === undefined) throw wrong(run, "is missing, and private_key_jwt needs it");
  const text = await configuredText(run, "private_key", configured);
  const jwk = parseJwk(text);
  const key = parse(run, text, jwk);
  const { alg, algorithm } = algorithmOf(run, key, wanted ?? textOf(jwk?.alg));
  const kid = textOf(jwk?.kid);
  const der = key.export({ format: "der", type: "pkcs8" });
  try {
    const imported = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
    return { key: imported, ...(kid === undefined ? {} : { kid }) };
  } catch {
    throw wrong(run, `cannot be used with ${alg}`);
  }
}

function parse(run: Run, text: string, jwk: Readonly<Record<string, unknown>> | null): KeyObject {
  try {
    return createPrivateKey(jwk === null ? text : { key: jwk as JsonWebKey, format: "jwk" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw wrong(
      run,
      /PASSPHRASE/.test(code) || text.includes("ENCRYPTED")
        ? "is encrypted; Gatehouse needs it without a passphrase"
        : "is no private key in PEM or JWK form",
    );
  }
}

function algorithmOf(run: Run, key: KeyObject, wanted: string | undefined): { alg: string; algorithm: Algorithm } {
  switch (key.asymmetricKeyType) {
    case "rsa": {
      const algorithm = RSA[wanted ?? "RS256"];
      if (algorithm !== undefined) return { alg: wanted ?? "RS256", algorithm };
      break;
    }
    case "ec": {
      const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
      if (curve !== undefined && (wanted === undefined || wanted === curve.alg)) return curve;
      break;
    }
    case "ed25519":
      if (wanted === undefined || wanted === "EdDSA" || wanted === "Ed25519") {
        return { alg: "Ed25519", algorithm: { name: "Ed25519" } };
      }
      break;
  }
  throw wrong(run, `is a key of another kind than “token_endpoint_auth_signing_alg” (${wanted ?? "not set"}) needs`);
}

function parseJwk(text: string): Readonly<Record<string, unknown>> | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function wrong(run: Run, what: string): GatehouseError {
  return problem(run, {
    code: "config_invalid",
    message: `“private_key” of “${run.server}” ${what}.`,
    suggestion:
      "Set it to a PEM or JWK, or to the absolute path of a file that holds one, in the server's auth settings.",
    details: { member: "auth.private_key" },
  });
}
