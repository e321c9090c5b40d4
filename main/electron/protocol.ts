/** `app://gatehouse/`: the window's own origin. Files and their headers, nothing else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { protocol, type Session } from "electron";
import { APP_SCHEME, assetFor } from "./asset-path.ts";
import { pageHeaders } from "./csp.ts";

/** Must run before `ready`. `standard` gives a real origin, `secure` a secure context, and the page fetches its words. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePages(session: Session, folder: string): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    const asset = request.method === "GET" ? assetFor(request.url) : null;
    if (asset === null) return new Response(null, { status: 404 });
    try {
      // Uint8Array, because a Buffer of the pool shares its memory with others.
      return new Response(new Uint8Array(await readFile(join(folder, asset.name))), {
        headers: pageHeaders(asset.type),
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
