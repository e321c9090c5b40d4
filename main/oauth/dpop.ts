/**
 * Proofs that who sends a token also holds its key (DPoP, RFC 9449). ES256 only: every server that speaks DPoP must know
 * an asymmetric algorithm, and this is the one that they all do.
 */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { quoteRemote } from "../errors.ts";
import type { Challenge } from "../ports.ts";
import type { DpopKey } from "../vault/types.ts";
import type { AuthorizationServer, ResourceMetadata } from "./metadata.ts";
import { problem, type Run } from "./problem.ts";

const ALGORITHM = "ES256";

export function newDpopKey(): DpopKey {
  const { x, y, d } = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  return { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "", d: d ?? "" };
}

/** RFC 7638 §3, base64url: the `dpop_jkt` of an authorization request (RFC 9449 §10). */
export function thumbprint({ crv, kty, x, y }: DpopKey): string {
  return sha256(JSON.stringify({ crv, kty, x, y }));
}

export interface ProofOptions {
  readonly method: string;
  readonly url: URL;
  /** Milliseconds since the epoch, on the clock of the server that will read it. */
  readonly now: number;
  /** The access token that goes with it; null at the token endpoint. */
  readonly token: string | null;
  /** As this origin gave it last; null: it gave none. */
  readonly nonce: string | null;
}

/** The value of the `DPoP` header of one request, good once: each has a `jti` of its own (RFC 9449 §4.2). */
export function dpopProof(key: DpopKey, { method, url, now, token, nonce }: ProofOptions): string {
  const { kty, crv, x, y } = key;
  const header = { typ: "dpop+jwt", alg: ALGORITHM, jwk: { kty, crv, x, y } };
  const claims = {
    jti: randomUUID(),
    htm: method,
    htu: `${url.origin}${url.pathname}`,
    iat: Math.floor(now / 1000),
    ...(token === null ? {} : { ath: sha256(token) }),
    ...(nonce === null ? {} : { nonce }),
  };
  const text = `${encoded(header)}.${encoded(claims)}`;
  const signature = sign("sha256", Buffer.from(text), { key: keyObject(key), dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

/**
 * Whether tokens are to be bound to a key: the resource asked with the scheme DPoP (RFC 9449 §7.1) or says that it takes
 * no others (RFC 9728 §2). Throws `unsupported` when the authorization server cannot read our proofs.
 */
export function wantsDpop(
  run: Run,
  challenge: Challenge | null,
  resource: ResourceMetadata | null,
  as: AuthorizationServer,
): boolean {
  if (challenge?.scheme !== "dpop" && resource?.dpopRequired !== true) return false;
  if (as.dpopAlgorithms === null || as.dpopAlgorithms.includes(ALGORITHM)) return true;
  const offered = quoteRemote(as.dpopAlgorithms.join(", "));
  throw problem(run, {
    code: "unsupported",
    message: `“${run.server}” wants tokens bound to a key (DPoP), and its authorization server reads only ${offered}.`,
    suggestion: `Ask its operator to allow ${ALGORITHM}, the algorithm of Gatehouse's keys.`,
    details: { algorithms: offered },
  });
}

const keys = new WeakMap<DpopKey, KeyObject>();

function keyObject(key: DpopKey): KeyObject {
  let known = keys.get(key);
  if (known === undefined) {
    known = createPrivateKey({ key: { ...key }, format: "jwk" });
    keys.set(key, known);
  }
  return known;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
