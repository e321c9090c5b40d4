/** The side of the tests that stays on Linux: the servers, whose loopback Windows programs share, and a way to ask them. */
import { ACCOUNTS, startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { listen } from "../fixtures/listen.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { findBytes, type Hit } from "../fixtures/secrets.ts";
import type { Seen } from "./world.ts";

export interface LinuxSide {
  /** For the Windows side. */
  readonly env: Readonly<Record<string, string>>;
  /** Every place below a folder that holds something that only the vault may hold. Throws when nothing was ever issued. */
  findSecrets(folder: string): Hit[];
  close(): Promise<void>;
}

export async function startLinuxSide(): Promise<LinuxSide> {
  const cleanup = makeCleanup();
  const as = cleanup.use(await startAuthorizationServer());
  const acme = cleanup.use(await startProtectedServer({ issuer: as }));
  const seen = (): Seen => ({
    registrations: as.records.registrations.length,
    codes: as.records.tokenRequests("authorization_code").length,
    refreshes: as.records.tokenRequests("refresh_token").length,
    revocations: as.records.count("revoke"),
    calls: acme.calls.length,
  });
  const control = await listen((request, response) => {
    if (request.url === "/expire") as.expireAccessTokens();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(seen()));
  });
  cleanup.use({ close: () => control.stop() });
  const env = {
    WORLD_CONTROL: control.origin,
    WORLD_ACME: acme.url,
    WORLD_ISSUER: as.issuer,
    WORLD_USER: "ada",
    WORLD_PASSWORD: ACCOUNTS.ada ?? "",
  };
  return {
    env,
    findSecrets(folder) {
      const { secrets } = as.records;
      if (secrets.length === 0) throw new Error("no token was ever issued, so a search for them proves nothing");
      return findBytes(secrets, { files: [folder] });
    },
    close: () => cleanup.close(),
  };
}
