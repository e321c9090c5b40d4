/**
 * Everything that the documentation of five products tells their users to write, taken over and then at work: a real
 * authorization server, the real sign-in, a tool called by an agent.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImportCandidate } from "../../../preload/api-import.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { SNIPPETS, type Snippet } from "../../fixtures/import/snippets.ts";
import { type ProtectedServer, startProtectedServer } from "../../fixtures/protected-server.ts";
import { runHub } from "../verbs/parts.ts";

const REDIRECTS = ["http://127.0.0.1/callback", "http://localhost/callback"];
const CODE = { grant_types: ["authorization_code", "refresh_token"], response_types: ["code" as const] };
const SECRETS = {
  CONFIDENTIAL_SECRET: "kept-by-the-client-alone-4711",
  SERVICE_SECRET: "kept-by-the-service-alone-0815",
};
const CLIENTS = [
  { client_id: "public-client", token_endpoint_auth_method: "none" as const, redirect_uris: REDIRECTS, ...CODE },
  ...(["client_secret_basic", "client_secret_post"] as const).map((method) => ({
    client_id: `client-${method.split("_")[2]}`,
    client_secret: SECRETS.CONFIDENTIAL_SECRET,
    token_endpoint_auth_method: method,
    redirect_uris: REDIRECTS,
    ...CODE,
  })),
  {
    client_id: "service",
    client_secret: SECRETS.SERVICE_SECRET,
    token_endpoint_auth_method: "client_secret_post" as const,
    redirect_uris: [],
    response_types: [],
    grant_types: ["client_credentials"],
  },
];

let as: AuthorizationServer;
let acme: ProtectedServer;

beforeAll(async () => {
  as = await startAuthorizationServer({ clients: CLIENTS });
  acme = await startProtectedServer({ issuer: as });
});
afterAll(async () => {
  await acme.close();
  await as.close();
});

/** The page's text with this machine's servers and clients in the place of its examples. */
function here(text: string): string {
  return text
    .replaceAll("PLACE", acme.url)
    .replaceAll("ISSUER", as.issuer)
    .replaceAll("PUBLIC_ID", "public-client")
    .replaceAll("CONFIDENTIAL_ID", "client-basic")
    .replaceAll("SERVICE_ID", "service")
    .replaceAll("CONFIDENTIAL_SECRET", SECRETS.CONFIDENTIAL_SECRET)
    .replaceAll("SERVICE_SECRET", SECRETS.SERVICE_SECRET);
}

describe.each([...new Set(SNIPPETS.map(({ product }) => product))])("%s", (product) => {
  test.each(SNIPPETS.filter((each) => each.product === product).map((each): [string, Snippet] => [each.about, each]))(
    "%s",
    async (_about, snippet) => {
      const env = Object.fromEntries(Object.entries(snippet.env ?? {}).map(([name, value]) => [name, here(value)]));
      const hub = await runHub({}, env);
      if (snippet.secret !== undefined) {
        await hub.call("setSecret", { name: snippet.secret.name, value: here(snippet.secret.value) });
      }
      const preview = await hub.call("readSnippet", { text: here(snippet.text) });
      const [candidate, ...more] = preview.candidates as [ImportCandidate];
      expect({ error: preview.error ?? candidate.error, warnings: candidate.warnings, more }).toEqual({
        error: null,
        warnings: [],
        more: [],
      });
      expect(JSON.stringify(preview)).not.toContain(SECRETS.CONFIDENTIAL_SECRET);
      expect(JSON.stringify(preview)).not.toContain(SECRETS.SERVICE_SECRET);

      const done = await hub.call("importServers", { preview: preview.preview, servers: [{ id: candidate.id }] });
      expect(done).toMatchObject({ added: [candidate.name], failed: [] });
      const file = hub.home.readServers();
      for (const secret of Object.values(SECRETS)) expect(file).not.toContain(secret);

      if (!snippet.headless) await hub.call("signIn", { server: candidate.name });
      const agent = await hub.connect(candidate.name);
      expect(await agent.callText("add", { a: 2, b: 3 })).toBe("5");
      expect(hub.server(candidate.name)).toMatchObject({ state: "ready", error: null });
    },
  );
});
