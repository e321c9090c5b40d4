/** What a known server wants, and the entry that comes of what a person gives. */
import { describe, expect, test } from "vitest";
import { catalogueItems } from "../../../main/config/catalogue.ts";
import type { CatalogueItem, RegistryItem } from "../../../preload/api-config.ts";
import { freeName } from "../../../renderer/add/names.ts";
import { filled, fromCatalogue, fromRegistry, missing, NOTHING_GIVEN } from "../../../renderer/add/offer.ts";

const item = (entry: CatalogueItem["entry"]): CatalogueItem => ({
  id: "acme",
  title: "Acme",
  about: "",
  url: "https://mcp.acme.example/ORGANIZATION",
  icon: null,
  category: "code",
  client: null,
  entry,
});

const registered = (entry: RegistryItem["entry"], wants: RegistryItem["wants"]): RegistryItem => ({
  name: "io.github.anna/weather",
  title: null,
  description: "",
  version: null,
  website: null,
  entry,
  wants,
});

describe("the catalogue", () => {
  test("words in capitals are asked for, wherever they stand, and each once", () => {
    const offer = fromCatalogue(
      item({
        url: "https://mcp.acme.example/ORGANIZATION",
        auth: { scope: "APPLICATION_ID/.default", resource: "ORGANIZATION" },
      }),
    );
    expect(offer.wants.map(({ token, label }) => [token, label])).toEqual([
      ["ORGANIZATION", "Organization"],
      ["APPLICATION_ID", "Application id"],
    ]);
    const given = { ...NOTHING_GIVEN, values: { ORGANIZATION: " contoso ", APPLICATION_ID: "  " } };
    expect(missing(offer, given).map(({ token }) => token)).toEqual(["APPLICATION_ID"]);
    expect(
      filled(offer, "acme", { ...NOTHING_GIVEN, values: { ORGANIZATION: "contoso", APPLICATION_ID: "ORGANIZATION" } }),
    ).toEqual({
      // What was typed is no word to be replaced.
      entry: { url: "https://mcp.acme.example/contoso", auth: { scope: "ORGANIZATION/.default", resource: "contoso" } },
      secrets: {},
    });
  });

  test("the client has fields of its own; without one the entry names none", () => {
    const offer = fromCatalogue(
      item({
        url: "https://mcp.acme.example/mcp",
        auth: {
          client_id: "CLIENT_ID",
          client_secret: "${keychain:acme-client-secret}",
          redirect_uri: "http://127.0.0.1:1/c",
        },
      }),
    );
    expect(offer.wants).toEqual([]);
    const bare = { url: "https://mcp.acme.example/mcp", auth: { redirect_uri: "http://127.0.0.1:1/c" } };
    expect(filled(offer, "acme", NOTHING_GIVEN)).toEqual({ entry: bare, secrets: {} });
    expect(filled(offer, "Acme 2", { ...NOTHING_GIVEN, clientId: " id ", clientSecret: " s " })).toEqual({
      entry: { ...bare, auth: { ...bare.auth, client_id: "id", client_secret: "${keychain:acme-2-client-secret}" } },
      secrets: { "acme-2-client-secret": "s" },
    });
  });

  test("of the real catalogue nothing is left in capitals that nobody asks for", async () => {
    for (const one of await catalogueItems()) {
      const offer = fromCatalogue(one);
      const values = Object.fromEntries(offer.wants.map(({ token }) => [token, "x"]));
      const { entry, secrets } = filled(offer, offer.name, { ...NOTHING_GIVEN, values });
      expect(JSON.stringify(entry), one.id).not.toMatch(/CLIENT_ID|\$\{keychain|[A-Z]{3,}_[A-Z]{2,}/);
      expect(secrets, one.id).toEqual({});
    }
  });
});

describe("the registry", () => {
  test("values go where their names stand, secrets into the vault", () => {
    const offer = fromRegistry(
      registered({ command: "npx", args: ["-y", "w", "--key=${KEY}", "${KEYS}"], env: { KEY: "${KEY}" } }, [
        { name: "KEY", description: null, secret: true },
        { name: "KEYS", description: null, secret: false },
      ]),
    );
    expect(offer.title).toBe("weather");
    const made = filled(offer, "weather", { ...NOTHING_GIVEN, values: { "${KEY}": "k$&1", "${KEYS}": "a b" } });
    expect(made).toEqual({
      entry: {
        command: "npx",
        args: ["-y", "w", "--key=${keychain:weather-key}", "a b"],
        env: { KEY: "${keychain:weather-key}" },
      },
      secrets: { "weather-key": "k$&1" },
    });
  });
});

test.each([
  ["weather", [], "weather"],
  ["weather", ["weather", "weather-2"], "weather-3"],
  ["@scope/weather!", [], "scope-weather-"],
  ["日本語", [], "日本語"],
  ["???", [], ""],
])("a free name for %s beside %j is %s", (name, taken, free) => {
  expect(freeName(name, taken)).toBe(free);
});
