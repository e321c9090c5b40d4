import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAdHoc } from "../../../main/config/ad-hoc.ts";
import { Usage } from "../../../shim/cli-base.ts";
import { parseRemoteArgs } from "../../../shim/remote-args.ts";
import { splitTarget } from "../../../shim/target.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

const URL = "https://mcp.example.com/mcp";
const parse = (args: readonly string[], env: Record<string, string> = {}, platform: NodeJS.Platform = "linux") =>
  parseRemoteArgs([URL, ...args], env, platform);
const entry = (...args: string[]) => parse(args).entry;
const auth = (...args: string[]) => entry(...args).auth;
const notes = (...args: string[]) => parse(args).notes;

function file(name: string, text: string): string {
  const path = join(use(tempFolder("remote-args")).path, name);
  writeFileSync(path, text);
  return path;
}

test("a URL alone is an entry that waits as long as mcp-remote does", () => {
  expect(parse([])).toEqual({
    entry: { url: URL, type: "auto", protocol: "auto", timeout: 300, auth: {} },
    notes: [],
  });
});

describe("what is honoured", () => {
  test.each<[string[], object]>([
    [["--transport", "http-first"], { type: "auto" }],
    [["--transport", "http-only"], { type: "streamable-http" }],
    [["--transport", "sse-only"], { type: "sse" }],
    [["--transport=sse-only"], { type: "sse" }],
    [["--protocol", "legacy"], { protocol: "legacy" }],
    [["--protocol", "auto"], { protocol: "auto" }],
    [["--ignore-tool", "delete_*", "--ignore-tool", "drop"], { tools: { deny: ["delete_*", "drop"] } }],
    [["--header", "X-A: 1", "--header", "X-B:two words"], { headers: { "X-A": "1", "X-B": "two words" } }],
    [["--headers-timeout", "600"], { timeout: 600 }],
    [["--headers-timeout", "10", "--body-timeout", "0"], { timeout: 86_400 }],
    [["--allow-http"], { allow_http: true }],
  ])("%j", (args, expected) => {
    expect(parse(args)).toMatchObject({ entry: expected, notes: [] });
    readAdHoc(parse(args).entry);
  });

  test.each<[string[], object]>([
    [["9696"], { redirect_uri: "http://localhost:9696/oauth/callback" }],
    [["--host", "127.0.0.1"], { redirect_uri: "http://127.0.0.1/oauth/callback" }],
    [["9696", "--callback-path", "/cb"], { redirect_uri: "http://localhost:9696/cb" }],
    [["--auth-timeout", "60"], { callback_timeout: 60 }],
    [["--resource", "https://tenant.example/"], { resource: "https://tenant.example/" }],
    [["--resource", ""], { resource: false }],
    [["--resource", "https://tenant.example/", "--disable-resource-parameter"], { resource: false }],
    [["--authorize-param", "audience=a=b"], { authorize_params: { audience: "a=b" } }],
    [["--use-id-token"], { use_id_token: true }],
    [["--device-code"], { grant: "device_code" }],
    [
      ["--client-credentials", "--token-endpoint", "https://as.example/token"],
      { grant: "client_credentials", token_endpoint: "https://as.example/token" },
    ],
    [
      ["--client-metadata-url", "https://client.example/metadata"],
      { client_metadata_url: "https://client.example/metadata" },
    ],
    [
      ["--static-oauth-client-metadata", '{"scope":"a b","software_id":"x","token_endpoint_auth_method":"none"}'],
      { scope: "a b", client_metadata: { software_id: "x" }, token_endpoint_auth_method: "none" },
    ],
  ])("%j", (args, expected) => {
    expect(auth(...args)).toMatchObject(expected);
    readAdHoc(parse(args).entry);
  });

  test("options may stand before the URL", () => {
    expect(parseRemoteArgs(["--header", "X-A: 1", URL, "80"], {}).entry).toMatchObject({ url: URL });
  });

  test("Windows comes back to 127.0.0.1", () => {
    expect(parse(["9696"], {}, "win32").entry.auth).toEqual({ redirect_uri: "http://127.0.0.1:9696/oauth/callback" });
  });

  test("variables in headers; one that is not there stays, and is told", () => {
    const { entry: made, notes: said } = parse(["--header", "Authorization:${A} ${B}"], { A: "Bearer x" });
    expect(made.headers).toEqual({ Authorization: "Bearer x ${B}" });
    expect(said).toEqual(["The environment has no B: the header is sent as it is written."]);
  });

  test("headers of a file", () => {
    const path = file("headers", "# mine\n\nAuthorization: Bearer x\r\nX-B: 2\n");
    expect(entry("--header-file", path).headers).toEqual({ Authorization: "Bearer x", "X-B": "2" });
  });

  test("a client from a file, its secret from the environment, at the port that mcp-remote derives", () => {
    const path = file("client.json", '{"client_id":"abc","client_secret":"${S}","other":1}');
    const { auth: made } = parse(["--static-oauth-client-info", `@${path}`], { S: "hush" }).entry;
    // md5 of the URL begins with 94ba: 3335 + 0x94ba % 45816.
    expect(made).toEqual({
      client_id: "abc",
      client_secret: "hush",
      redirect_uri: "http://localhost:41409/oauth/callback",
    });
  });
});

describe("what is not needed is said, unless --silent", () => {
  test.each([
    ["--debug"],
    ["--enable-proxy"],
    ["--keep-alive"],
    ["--ipv4"],
    ["--disable-cookies"],
    ["--connect-timeout", "5"],
    ["--ping-interval", "60"],
    ["--auth-success-url", "https://app.example/done"],
  ])("%s", (...args) => {
    const [option = "", ...values] = args.filter((arg) => arg !== undefined);
    expect(notes(option, ...values)).toEqual([expect.stringContaining(option)]);
    expect(notes(option, ...values, "--silent")).toEqual([]);
    expect(entry(option, ...values)).toEqual(entry());
  });

  test("--transport sse-first", () => {
    expect(notes("--transport", "sse-first")).toEqual([expect.stringContaining("streamable HTTP is tried first")]);
  });
});

describe("usage errors, which quote no value", () => {
  test.each<[string[], RegExp]>([
    [["--colour"], /no option --colour/],
    [["--silent=s3cr3t"], /no option --silent=…/],
    [["-x"], /no option -x/],
    [["--header"], /--header needs a value/],
    [["--header", "s3cr3t"], /Name: value/],
    [["--header-file", "/nowhere/headers"], /cannot be read \(ENOENT\)/],
    [["0"], /port/],
    [["70000"], /port/],
    [["80", "81"], /Usage/],
    [["--transport", "carrier-pigeon"], /http-first, sse-first/],
    [["--protocol", "2030-01-01"], /legacy, auto/],
    [["--auth-timeout", "0"], /1 or more/],
    [["--body-timeout", "long"], /number of seconds/],
    [["--host", "example.com"], /this computer/],
    [["--callback-path", "cb"], /begins with/],
    [["--resource", "tenant"], /absolute URI/],
    [["--authorize-param", "state=1"], /“state”/],
    [["--authorize-param", "s3cr3t"], /key=value/],
    [["--static-oauth-client-info", "s3cr3t"], /JSON object/],
    [["--static-oauth-client-info", '{"client_secret":"s3cr3t"}'], /client_id/],
    [["--static-oauth-client-metadata", "[]"], /JSON object/],
    [["--client-metadata-url", "https://client.example"], /path/],
    [["--token-endpoint", "https://as.example/token"], /--client-credentials/],
  ])("%j", (args, why) => {
    expect(() => parse(args)).toThrow(Usage);
    expect(() => parse(args)).toThrow(why);
    expect(() => parse(args)).not.toThrow(/s3cr3t/);
  });

  test.each(["http://mcp.example.com/mcp", "http://127.0.0.1.example.com/", "ftp://mcp.example.com/"])("%s", (url) => {
    expect(() => parseRemoteArgs([url], {})).toThrow(Usage);
  });

  test.each(["http://localhost:1/mcp", "http://127.0.0.1/mcp", "http://[::1]:2/mcp"])("%s is this machine", (url) => {
    expect(readAdHoc(parseRemoteArgs([url], {}).entry).server.url).toBe(url);
  });
});

describe("the server that stands in no file", () => {
  const named = (...args: string[]) => readAdHoc(entry(...args)).server.name;

  test("is called by its URL, and with its own headers or sign-in by a mark too", () => {
    const marked = expect.stringMatching(/^https:\/\/mcp\.example\.com\/mcp #[0-9a-f]{8}$/);
    expect(named()).toBe(URL);
    expect(named("9696", "--auth-timeout", "60", "--ignore-tool", "x")).toBe(URL);
    expect(named("--header", "X-A: 1")).toEqual(marked);
    expect(named("--header", "x-a: 1")).toBe(named("--header", "X-A: 1"));
    expect(named("--header", "X-A: 2")).not.toBe(named("--header", "X-A: 1"));
    expect(named("--resource", "https://other.example/")).toEqual(marked);
    expect(splitTarget("https://mcp.example.com/@me/mcp #12345678").account).toBeNull();
  });

  test("shares its sign-in with other tools of the same URL, and not its tools", () => {
    const plain = readAdHoc(entry());
    const fewer = readAdHoc(entry("--ignore-tool", "drop"));
    expect(fewer.server.name).toBe(plain.server.name);
    expect(fewer.id).not.toBe(plain.id);
    expect(readAdHoc(entry()).id).toBe(plain.id);
  });

  test("shows no query", () => {
    const { server } = readAdHoc({ url: `${URL}?key=s3cr3t` });
    expect(server).toMatchObject({ url: `${URL}?key=s3cr3t`, shownUrl: URL });
    expect(server.name).not.toContain("s3cr3t");
  });

  test("over plain http only when that was allowed", () => {
    const url = "http://intranet.example/mcp";
    expect(() => readAdHoc({ url })).toThrow(expect.objectContaining({ code: "unsafe_url" }));
    expect(readAdHoc({ url, allow_http: true }).server.url).toBe(url);
    expect(() => readAdHoc({ url, allow_http: "yes" })).toThrow(expect.objectContaining({ code: "unsafe_url" }));
  });

  test.each<Record<string, unknown>>([
    {},
    { url: 5 },
    { command: "rm" },
    { url: URL, headers: { Host: "x" } },
    { url: "https://me:s3cr3t@mcp.example.com/" },
  ])("%j is refused without its values", (wrong) => {
    expect(() => readAdHoc(wrong)).toThrow(expect.objectContaining({ code: "config_invalid" }));
    expect(() => readAdHoc(wrong)).not.toThrow(/s3cr3t/);
  });

  test("references to variables are the shim's business: the hub's environment is another", () => {
    const { server } = readAdHoc({ url: URL, headers: { "X-A": "${HOME}" } });
    expect(server.headers).toEqual({ "X-A": "${HOME}" });
  });
});
