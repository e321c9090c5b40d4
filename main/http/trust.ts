/**
 * Whose certificates are believed: Node's own list, the system's, and what the person adds with `NODE_EXTRA_CA_CERTS`,
 * `SSL_CERT_FILE` or `SSL_CERT_DIR`. Read by us, because the packaged app ignores the first variable and Node the second.
 */
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as tls from "node:tls";
import { errorCode } from "../atomic-file.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Trust {
  /** Made when first asked for, then kept; undefined: Node's own list is all there is. */
  context(): tls.SecureContext | undefined;
}

/** A file or folder that the environment names and that cannot be read. */
export interface UnreadableFile {
  readonly path: string;
  /** The system's code, or `NO_CERTIFICATE` when there is none in it. */
  readonly reason: string;
}

/** Where Linux distributions and the BSDs keep all that the system trusts, the first there is counts. */
const SYSTEM_FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export function trustFrom(env: Env, platform: NodeJS.Platform = process.platform): Trust {
  let made: { context: tls.SecureContext | undefined } | null = null;
  return {
    context() {
      made ??= { context: contextWith(additions(env, platform)) };
      return made.context;
    },
  };
}

/** Of the files and folders that the environment names. Reads them; of folders the list. */
export function unreadableFiles(env: Env): readonly UnreadableFile[] {
  const read = [
    ...namedFiles(env).map((path) => ({ path, found: readCertificates(path) })),
    ...namedFolders(env).map((path) => ({ path, found: filesIn(path) })),
  ];
  return read.flatMap(({ path, found }) => (typeof found === "string" ? [{ path, reason: found }] : []));
}

function namedFiles(env: Env): string[] {
  return [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE].flatMap((path) => (path ? [path] : []));
}

/** Several, as OpenSSL has it. */
function namedFolders(env: Env): string[] {
  return (env.SSL_CERT_DIR ?? "").split(delimiter).filter((path) => path !== "");
}

/** All files in it, whatever they are named, or why it cannot be read. */
function filesIn(folder: string): string[] | string {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => join(folder, name));
  } catch (error) {
    return errorCode(error) ?? "EIO";
  }
}

function contextWith(added: readonly string[]): tls.SecureContext | undefined {
  return added.length === 0 ? undefined : tls.createSecureContext({ ca: [...tls.rootCertificates, ...added] });
}

/** What is trusted beyond Node's own list; one broken certificate costs itself and not the others. */
function additions(env: Env, platform: NodeJS.Platform): string[] {
  const bundled = new Set(tls.rootCertificates.map(bare));
  const candidates = [
    ...[...namedFiles(env), ...namedFolders(env).flatMap(filesOrNone)].flatMap((path) => certificatesOf(path) ?? []),
    ...(env.SSL_CERT_FILE ? [] : systemCertificates(platform)),
  ];
  const seen = new Set(bundled);
  return candidates.filter((pem) => {
    const key = bare(pem);
    if (seen.has(key) || !isCertificate(pem)) return false;
    seen.add(key);
    return true;
  });
}

function systemCertificates(platform: NodeJS.Platform): readonly string[] {
  if (platform !== "darwin" && platform !== "win32") {
    for (const path of SYSTEM_FILES) {
      const found = certificatesOf(path);
      if (found !== null) return found;
    }
    return [];
  }
  // Since Node 22.15; older ones have no way to the system's store.
  const read: unknown = Reflect.get(tls, "getCACertificates");
  return typeof read === "function" ? (read("system") as string[]) : [];
}

function filesOrNone(folder: string): string[] {
  const files = filesIn(folder);
  return typeof files === "string" ? [] : files;
}

function certificatesOf(path: string): string[] | null {
  const read = readCertificates(path);
  return typeof read === "string" ? null : read;
}

/** The certificates, or why there are none. */
function readCertificates(path: string): string[] | string {
  try {
    const found: string[] | null = readFileSync(path, "latin1").match(CERTIFICATE);
    return found ?? "NO_CERTIFICATE";
  } catch (error) {
    return errorCode(error) ?? "EIO";
  }
}

function bare(pem: string): string {
  return pem.replace(/\s/g, "");
}

function isCertificate(pem: string): boolean {
  try {
    // Not only authorities: people also trust a server's own self-signed certificate this way.
    return new X509Certificate(pem).serialNumber !== "";
  } catch {
    return false;
  }
}
