/** What stands between an agent and a server: nothing, the floor, the proxy that most people use, and Gatehouse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openVault } from "../../main/vault/index.ts";
import { tempFolder } from "../fixtures/children.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { makeHome } from "../fixtures/home.ts";
import { environment, programFile, startHeadlessHub } from "../fixtures/program.ts";
import { repoRoot } from "../fixtures/root.ts";
import { type Client, directClient, startClient } from "./client.ts";
import { type BenchServer, startRelay } from "./programs.ts";
import { TOKEN } from "./shared.ts";

export type PeerName = "direct" | "relay" | "mcp-remote" | "gatehouse" | "gatehouse with a token";

export interface Peer {
  readonly name: PeerName;
  /** The process that all its agents share, if there is one. */
  readonly hubPid: number | null;
  /** A new agent, its handshake not made yet. */
  connect(): Client;
  close(): Promise<void>;
}

export const ALL: readonly PeerName[] = ["direct", "relay", "mcp-remote", "gatehouse", "gatehouse with a token"];

/** Starts what `names` need, in that order, before this server. */
export async function openPeers(folder: string, server: BenchServer, names: readonly PeerName[]): Promise<Peer[]> {
  const cleanup = makeCleanup();
  try {
    const peers: Peer[] = [];
    for (const name of names) peers.push(cleanup.use(await openPeer(folder, server, name)));
    return peers;
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}

function openPeer(folder: string, server: BenchServer, name: PeerName): Promise<Peer> | Peer {
  switch (name) {
    case "direct":
      return { name, hubPid: null, connect: () => directClient(server.url), close: async () => {} };
    case "relay":
      return relay(folder, server);
    case "mcp-remote":
      return mcpRemote(server);
    case "gatehouse":
      return gatehouse(name, server.url, false);
    case "gatehouse with a token":
      return gatehouse(name, server.secureUrl, true);
  }
}

async function relay(folder: string, server: BenchServer): Promise<Peer> {
  const place = tempFolder("relay");
  const socket = join(place.path, "socket");
  const hub = await startRelay(folder, socket, server.url);
  return {
    name: "relay",
    hubPid: hub.pid,
    connect: () => startClient(process.execPath, [join(folder, "relay-shim.cjs"), socket], process.env),
    async close() {
      await hub.close();
      place.close();
    },
  };
}

export function mcpRemoteVersion(): string {
  const manifest = readFileSync(join(repoRoot, "node_modules", "mcp-remote", "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function mcpRemote(server: BenchServer): Peer {
  const place = tempFolder("mcp-remote");
  const file = join(repoRoot, "node_modules", "mcp-remote", "dist", "proxy.js");
  const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: place.path, HOME: place.path };
  return {
    name: "mcp-remote",
    hubPid: null,
    connect: () => startClient(process.execPath, [file, server.url, "--transport", "http-only", "--silent"], env),
    close: async () => place.close(),
  };
}

/** A home with one server, `bench`; with a grant for it when the server wants one. */
export async function benchHome(url: string, signedIn: boolean): Promise<ReturnType<typeof makeHome>> {
  const home = makeHome({ bench: { url } });
  if (!signedIn) return home;
  const paths = { vaultFile: join(home.path, "vault.enc"), vaultKey: join(home.path, "vault.key") };
  const now = Date.now();
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const vault = openVault({ paths, env: { GATEHOUSE_VAULT: "file" }, log: quiet });
  await vault.put(
    { server: "bench", account: "default", origin: new URL(url).origin },
    {
      v: 1,
      issuer: "https://as.example.com",
      token_endpoint: "https://as.example.com/token",
      revocation_endpoint: null,
      resource: url,
      client: {
        source: "dynamic",
        client_id: "bench",
        token_endpoint_auth_method: "none",
        redirect_uri: "http://127.0.0.1/callback",
      },
      access_token: TOKEN,
      refresh_token: null,
      id_token: null,
      scope: null,
      expires_at: now + 86_400_000,
      obtained_at: now,
      signed_in_at: now,
    },
  );
  return home;
}

export const HUB_ENV: NodeJS.ProcessEnv = { GATEHOUSE_VAULT: "file" };

async function gatehouse(name: PeerName, url: string, signedIn: boolean): Promise<Peer> {
  const home = await benchHome(url, signedIn);
  const options = { home: home.path, env: HUB_ENV };
  const env = environment(options);
  const hub = await startHeadlessHub(options);
  return {
    name,
    hubPid: hub.pid,
    connect: () => startClient(process.execPath, [programFile(), "connect", "bench"], env),
    async close() {
      await hub.close();
      await home.close();
    },
  };
}
