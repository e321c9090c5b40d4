/** One port that is both MCP server and authorization server, each document of it as a test wants it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { listen } from "../../fixtures/listen.ts";

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is a string or bytes. */
  readonly body?: unknown;
  /** No answer at all. */
  readonly hang?: boolean;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface HostileServer {
  readonly origin: string;
  readonly url: string;
  /** In order of arrival. */
  readonly seen: Seen[];
  /** What a path (without query) answers. Change it at any time; what is not there is 404. */
  readonly paths: Map<string, Answer | ((request: Seen) => Answer)>;
  asked(path: string): Seen[];
  close(): Promise<void>;
}

/** Begins harmless: `/mcp` asks for a sign-in, metadata at the path-inserted places, registration, token endpoint. */
export async function startHostileServer(): Promise<HostileServer> {
  const seen: Seen[] = [];
  const paths: HostileServer["paths"] = new Map();
  const listening = await listen((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const { origin } = listening;
  const url = `${origin}/mcp`;
  paths.set("/mcp", { status: 401, headers: { "www-authenticate": "Bearer" } });
  paths.set("/.well-known/oauth-protected-resource/mcp", {
    body: { resource: url, authorization_servers: [origin] },
  });
  paths.set("/.well-known/oauth-authorization-server", { body: serverMetadata(origin) });
  paths.set("/register", { status: 201, body: { client_id: "registered" } });
  paths.set("/token", { body: { access_token: "at-1", token_type: "Bearer", expires_in: 3600 } });
  // Redirects at once, as if the person had said yes long ago.
  paths.set("/authorize", ({ url: asked }) => {
    const { searchParams } = new URL(asked, origin);
    const home = new URL(searchParams.get("redirect_uri") ?? "");
    home.searchParams.set("code", "c-1");
    home.searchParams.set("state", searchParams.get("state") ?? "");
    return { status: 302, headers: { location: home.href } };
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const record: Seen = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    seen.push(record);
    const made = paths.get(record.url.split("?")[0] ?? "") ?? { status: 404, body: "nothing here" };
    const { status = 200, headers = {}, body = "", hang } = typeof made === "function" ? made(record) : made;
    if (hang) return;
    const raw = typeof body === "string" || body instanceof Uint8Array;
    response.writeHead(status, { ...(raw ? {} : { "content-type": "application/json" }), ...headers });
    response.end(raw ? body : JSON.stringify(body));
  }

  return {
    origin,
    url,
    seen,
    paths,
    asked: (path) => seen.filter((request) => request.url.split("?")[0] === path),
    close: listening.stop,
  };
}

export function serverMetadata(origin: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none"],
    ...changes,
  };
}
