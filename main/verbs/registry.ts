/** Asks the official MCP Registry, or the one that a company has put in its place. */
import type { Answer } from "../../preload/api.ts";
import { registryItems } from "../config/registry/items.ts";
import { readPage } from "../config/registry/schema.ts";
import { GatehouseError } from "../errors.ts";
import { createSafeFetch } from "../http/fetch.ts";
import { checkedUrl } from "../http/urls.ts";
import type { Checked } from "./params.ts";

const OFFICIAL = "https://registry.modelcontextprotocol.io";
const PAGE = 30;
const MAX_BYTES = 4 * 1024 * 1024;
const PATIENCE = 15_000;

/** `base`: GATEHOUSE_REGISTRY. Throws `config_invalid`, `upstream_unreachable`, `upstream_failed`, `too_large`. */
export async function searchRegistry(
  base: string | undefined,
  { query, cursor }: Checked<"searchRegistry">,
): Promise<Answer<"searchRegistry">> {
  const root = registryUrl(base);
  const url = new URL(/\/v\d+(\.\d+)?$/.test(root) ? `${root}/servers` : `${root}/v0.1/servers`);
  const words = query.trim();
  if (words !== "") url.searchParams.set("search", words);
  url.searchParams.set("version", "latest");
  url.searchParams.set("limit", String(PAGE));
  if (cursor !== undefined) url.searchParams.set("cursor", cursor);
  const response = await ask(root, url);
  if (response.status !== 200) throw refused(url.host, response.status);
  const page = readPage(jsonOf(await response.text()));
  if (page === null) throw refused(url.host, null);
  return { items: page.servers.flatMap(registryItems), cursor: page.cursor };
}

/** Without a slash at its end. */
function registryUrl(base: string | undefined): string {
  const text = base || OFFICIAL;
  try {
    const url = checkedUrl(text, { server: "registry", what: "address" });
    if (url.search !== "") throw new TypeError("a query");
    return url.href.replace(/\/+$/, "");
  } catch (cause) {
    throw new GatehouseError({
      code: "config_invalid",
      message: "GATEHOUSE_REGISTRY is not the address of a registry.",
      suggestion: "Set it to an https address without a query, or unset it for the official MCP Registry.",
      cause,
    });
  }
}

/** No server of `servers.json` is concerned, and no sign-in, which is what the fetch's own words are about. */
async function ask(root: string, url: URL): Promise<Response> {
  const fetch = createSafeFetch({ server: "registry", configured: [root], timeoutMs: PATIENCE, maxBytes: MAX_BYTES });
  try {
    return await fetch(url.href, { redirects: "same_origin", purpose: "registry" });
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const { code, message, suggestion, details } = error;
    const own = code === "upstream_unreachable" ? { message, suggestion } : null;
    throw new GatehouseError({
      code,
      message: own?.message ?? `The registry at ${url.host} gave an answer that is not to be trusted (${code}).`,
      suggestion: own?.suggestion ?? "Check GATEHOUSE_REGISTRY, or add the server by its address.",
      ...(details === undefined ? {} : { details }),
      cause: error,
    });
  }
}

/** `status` null: the answer is none of a registry. */
function refused(host: string, status: number | null): GatehouseError {
  const [message, suggestion] =
    status === null
      ? [`${host} does not answer as an MCP Registry.`, "Check GATEHOUSE_REGISTRY."]
      : status === 429
        ? [`The registry at ${host} has had too many questions for now.`, "Wait a minute, then search again."]
        : [
            `The registry at ${host} answered with status ${status}.`,
            "Try again later, or add the server by its address.",
          ];
  return new GatehouseError({
    code: "upstream_failed",
    message,
    suggestion,
    ...(status === null ? {} : { details: { status } }),
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
