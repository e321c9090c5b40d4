/** The verbs of the terminal at a real hub: what they print, what they ask before a loss, what a shell completes. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serverJson, startFakeRegistry } from "../../fixtures/fake-registry.ts";
import { makeHome } from "../../fixtures/home.ts";
import { environment, type ProgramOptions, programFile, runCli, startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { makeWorld, PLAIN } from "../hub/parts.ts";

const SERVERS = {
  acme: { url: "https://mcp.example.com/mcp" },
  "my notes": { command: process.execPath, args: ["-e", "0"] },
};

async function scene(servers: Readonly<Record<string, unknown>> = SERVERS, more: NodeJS.ProcessEnv = {}) {
  const home = use(makeHome(servers));
  const options = { home: home.path, env: { ...PLAIN, ...more } };
  use(await startHeadlessHub(options));
  return {
    home,
    options,
    cli: (args: readonly string[], stdin?: string) =>
      runCli(args, { ...options, ...(stdin === undefined ? {} : { stdin }) }),
    json: async <T>(...args: string[]): Promise<T> =>
      JSON.parse((await runCli([...args, "--json"], options)).stdout) as T,
  };
}

describe("help", () => {
  const home = () => use(makeHome());

  test("is there for the whole and for each verb, on stdout; without a verb it is a mistake", async () => {
    const options = { home: home().path };
    const whole = await runCli(["--help"], options);
    expect(whole).toMatchObject({ code: 0, stderr: "" });
    expect(whole.stdout).toContain("For agents\n  connect <server>[@account]");
    expect(await runCli([], options)).toMatchObject({ code: 2, stdout: "", stderr: whole.stdout });
    for (const args of [
      ["login", "--help"],
      ["help", "login"],
      ["login", "acme", "-h"],
    ]) {
      const { code, stdout } = await runCli(args, options);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^Usage: gatehouse login <server\|url>\n\nSign in, in the browser\.\n\nOptions\n {2}--no-browser/,
      );
    }
    expect((await runCli(["connect", "--help"], options)).stdout).toMatch(
      /^Usage: gatehouse connect <server>\[@account\]\n/,
    );
    expect((await runCli(["help", "nonsense"], options)).code).toBe(2);
  });

  test("is where a mistake points to, its verb's own where there is one", async () => {
    const options = { home: home().path };
    expect((await runCli(["nonsense"], options)).stderr).toBe(
      "There is no command “nonsense”.\nSee gatehouse --help.\n",
    );
    const { code, stderr } = await runCli(["list", "--nonsense"], options);
    expect(code).toBe(2);
    expect(stderr).toContain("See gatehouse list --help.");
  });
});

test("list names each server, its state and where it is; as JSON as status has them", async () => {
  const { cli, json } = await scene();
  const { stdout, stderr, code } = await cli(["list"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^acme {6}\S.*? {2}mcp\.example\.com\nmy notes {2}Ready {2}.*-e 0\n$/);
  expect(stdout + stderr).not.toContain("\u001b");
  const listed = await json<{ servers: { name: string }[] }>("list");
  expect(listed.servers.map(({ name }) => name)).toEqual(["acme", "my notes"]);
});

describe("remove", () => {
  test("says what is lost; where nobody can be asked it wants --yes", async () => {
    const world = await makeWorld();
    expect((await world.login()).code).toBe(0);
    const asked = await world.cli(["remove", "acme"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("Nobody is there to be asked; --yes removes it all the same.");
    expect(world.home.readServers()).toContain("acme");
    expect((await world.server()).accounts[0]?.state).toBe("signed_in");

    const removed = await world.cli(["remove", "acme", "--yes"]);
    expect(removed).toMatchObject({ code: 0, stdout: "" });
    expect(removed.stderr).toBe(
      [
        "The entry of acme goes out of servers.json, with all its settings.",
        "You are signed out there, and the tokens are revoked (Your account).",
        "acme is removed.",
        "",
      ].join("\n"),
    );
    expect(world.home.readServers()).not.toContain("acme");
    expect(world.as.records.count("revoke")).toBeGreaterThan(0);
  });

  test("of what is not there is a mistake", async () => {
    const { cli } = await scene();
    expect(await cli(["remove", "nobody", "--yes"])).toMatchObject({ code: 2 });
    expect(await cli(["remove", "--yes"])).toMatchObject({ code: 2 });
  });
});

// `script` gives the program a terminal.
describe.skipIf(spawnSync("script", ["--version"]).status !== 0)("on a terminal", () => {
  const onTerminal = (options: ProgramOptions, args: string, input = "") =>
    spawnSync("script", ["-qec", `"${process.execPath}" "${programFile()}" ${args}`, "/dev/null"], {
      env: { ...environment(options), TERM: "xterm-256color" },
      input,
      encoding: "utf8",
    });

  test("remove asks, and no is no", async () => {
    const { home, options } = await scene();
    const no = onTerminal(options, "remove acme", "n\n");
    expect(no.stdout).toContain("Remove acme? [y/N]");
    expect(no.stdout).toContain("Nothing was removed.");
    expect(no.status).toBe(1);
    expect(home.readServers()).toContain("acme");
    expect(onTerminal(options, "remove acme", "y\n").stdout).toContain("acme is removed.");
    expect(home.readServers()).not.toContain("acme");
  });

  test("there are colours, unless nobody wants them, and what goes on is said and wiped away", async () => {
    const { options } = await scene();
    expect(onTerminal(options, "list").stdout).toContain("\u001b[1macme");
    const plain = { ...options, env: { ...options.env, NO_COLOR: "1" } };
    expect(onTerminal(plain, "list").stdout).not.toContain("\u001b[");
    const doctor = onTerminal(plain, "doctor 'my notes'");
    expect(doctor.stdout).toContain("Looking at everything; this takes a moment\u001b[K\r\u001b[K");
    expect(doctor.status).toBe(0);
  });
});

test("the catalogue is searched by every word; the registry is asked, page by page", async () => {
  const registry = use(await startFakeRegistry());
  const remotes = [{ type: "streamable-http", url: "https://notes.example.com/mcp" }];
  registry.servers = Array.from({ length: 31 }, (_, n) =>
    serverJson(`com.example/notes-${n}`, n === 0 ? { title: "Notes", remotes } : { remotes }),
  );
  const { cli, json } = await scene({}, { GATEHOUSE_REGISTRY: registry.url });
  const found = await cli(["catalogue", "issues", "github"]);
  expect(found).toMatchObject({ code: 0 });
  expect(found.stdout).toMatch(
    /^github {2}Repositories, .* Wants an OAuth app of your own\.\n +https:\/\/api\.githubcopilot/,
  );
  expect(await cli(["catalogue", "nothing-of-that-name"])).toMatchObject({ code: 1, stdout: "" });
  const all = await json<{ items: { id: string }[] }>("catalogue");
  expect(all.items.length).toBeGreaterThan(45);

  const page = await cli(["registry", "notes"]);
  expect(page.code).toBe(0);
  expect(page.stdout).toMatch(
    /^com\.example\/notes-0 {2}1\.0\.0 {2}Notes\n {4}What .*\n {4}https:\/\/notes\.example\.com\/mcp\n/,
  );
  const [, cursor = ""] = /--cursor (\S+)/.exec(page.stderr) ?? [];
  const rest = await cli(["registry", "notes", "--cursor", cursor]);
  expect(rest.stdout).toMatch(/^com\.example\/notes-30 /);
  expect(await cli(["registry", "nothing"])).toMatchObject({ code: 1, stdout: "" });
  expect((await cli(["registry"])).code).toBe(2);
  const answer = await json<{ items: { name: string }[]; cursor: string | null }>("registry", "notes");
  expect(answer).toMatchObject({ cursor, items: expect.arrayContaining([]) as unknown });
});

describe("adding from the catalogue and the registry", () => {
  test("asks for what only the person knows; a secret comes from stdin and rests in the vault", async () => {
    const { cli, home } = await scene({});
    const bare = await cli(["catalogue", "--add", "github"]);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toMatch(
      /github needs to know:\n {2}--set CLIENT_ID=… {2}of an OAuth app that you make at https:\/\/github/,
    );
    const without = await cli(["catalogue", "--add", "github", "--set", "CLIENT_ID=mine"]);
    expect(without.code).toBe(0);
    expect(without.stderr).toContain("It waits for a secret: gatehouse secret set github-client-secret");
    expect((await cli(["remove", "github", "--yes"])).code).toBe(0);

    const added = await cli(
      ["catalogue", "--add", "github", "--as", "my code", "--set", "CLIENT_ID=mine", "--secret-stdin"],
      "the secret of a test\n",
    );
    expect(added).toMatchObject({ code: 0, stdout: "" });
    expect(added.stderr).toContain('gatehouse login "my code"');
    expect(JSON.parse(home.readServers())).toEqual({
      mcpServers: {
        "my code": {
          url: "https://api.githubcopilot.com/mcp/",
          auth: {
            client_id: "mine",
            client_secret: "${keychain:my-code-client-secret}",
            redirect_uri: "http://127.0.0.1:53682/callback",
          },
        },
      },
    });
    expect((await cli(["secret", "list"])).stdout).toBe("my-code-client-secret  set, used by my code\n");
    expect((await cli(["catalogue", "--add", "linear"])).code).toBe(0);
    expect((await cli(["catalogue", "--add", "linear"])).code).toBe(1);
    expect((await cli(["catalogue", "--add", "nothing-of-that-name"])).code).toBe(2);
    expect((await cli(["catalogue", "--add", "notion", "--set", "X=1"])).stderr).toContain(
      "notion has no X to be set.",
    );
  });

  test("takes a program of a registry unapproved", async () => {
    const registry = use(await startFakeRegistry());
    const packages = [
      {
        registryType: "npm",
        identifier: "@example/notes",
        version: "1.2.3",
        packageArguments: [
          { type: "positional", valueHint: "folder", isRequired: true, description: "Where they are" },
        ],
      },
    ];
    const remotes = [{ type: "streamable-http", url: "https://notes.example.com/mcp" }];
    registry.servers = [serverJson("com.example/notes", { packages, remotes })];
    const { cli, home } = await scene({}, { GATEHOUSE_REGISTRY: registry.url });
    expect((await cli(["registry", "--add", "com.example/notes", "--as", "far"])).code).toBe(0);
    const asked = await cli(["registry", "--add", "com.example/notes", "--local"]);
    expect(asked.stderr).toContain("--set YOUR_FOLDER=…  Where they are");
    const added = await cli([
      "registry",
      "--add",
      "com.example/notes",
      "--local",
      "--set",
      "YOUR_FOLDER=/home/ada/$notes",
    ]);
    expect(added.stderr).toContain("gatehouse approve notes --command");
    expect(JSON.parse(home.readServers())).toEqual({
      mcpServers: {
        far: { url: "https://notes.example.com/mcp" },
        notes: {
          type: "stdio",
          command: "npx",
          args: ["-y", "@example/notes@1.2.3", "/home/ada/$notes"],
          approved: false,
        },
      },
    });
    expect((await cli(["registry", "--add", "com.example/other"])).code).toBe(2);
  });
});

test("settings that do not exist, and values that none can have, are mistakes that say what would do", async () => {
  const { cli } = await scene();
  expect((await cli(["settings", "colour"])).stderr).toContain("There are: start_at_login, notifications, theme");
  expect((await cli(["settings", "theme", "pink"])).stderr).toContain(
    "theme is one of system, light, dark, not “pink”.",
  );
  expect((await cli(["settings", "notifications", "perhaps"])).stderr).toContain("notifications is on or off");
  for (const args of [["colour"], ["theme", "pink"], ["notifications", "perhaps"], ["a", "b", "c"]]) {
    expect((await cli(["settings", ...args])).code).toBe(2);
  }
});

test("what prints data prints it as JSON too", async () => {
  const { json } = await scene();
  expect(await json("vault", "status")).toMatchObject({ kind: "memory" });
  expect(await json("secret", "list")).toEqual({ secrets: [] });
  expect(await json("activity")).toEqual({ records: [] });
  expect(await json("status")).toMatchObject({ paused: false });
  expect(await json("tools", "acme")).toEqual({ server: "acme", tools: [] });
  expect(await json("doctor", "my notes")).toMatchObject({ checks: [{ id: "pipe" }, { id: "program", ok: true }] });
});

test("colours are for terminals, for who forces them, and for nobody who wants none", async () => {
  const { options } = await scene();
  const of = async (more: NodeJS.ProcessEnv) =>
    (await runCli(["list"], { ...options, env: { ...options.env, ...more } })).stdout.includes("\u001b[");
  expect(await of({})).toBe(false);
  expect(await of({ FORCE_COLOR: "1" })).toBe(true);
  expect(await of({ FORCE_COLOR: "0" })).toBe(false);
  expect(await of({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
  expect(await of({ CI: "true" })).toBe(false);
});

describe("completion", () => {
  const words = (text: string): string[] => text.split("\n").flatMap((line) => line.split("\t")[0] || []);

  test("knows verbs, options, servers, accounts, agents, settings and their values; starts no hub for them", async () => {
    const { cli, home } = await scene();
    const complete = async (...typed: string[]) => words((await cli(["__complete", "--", ...typed])).stdout);
    expect(await complete("lo")).toEqual(["login", "logout", "logs"]);
    expect(await complete("login", "")).toEqual(["acme", "my notes"]);
    expect(await complete("login", "--")).toEqual([
      "--no-browser",
      "--account",
      "--timeout",
      "--refresh-token-stdin",
      "--help",
    ]);
    expect(await complete("login", "--no-browser", "a")).toEqual(["acme"]);
    expect(await complete("activity", "--server", "m")).toEqual(["my notes"]);
    expect(await complete("login", "acme", "--account", "")).toEqual(["default"]);
    expect(await complete("install", "cur")).toEqual(["cursor"]);
    expect(await complete("catalogue", "--add", "git")).toEqual(["github", "gitlab"]);
    expect(await complete("vault", "")).toEqual(["status", "move"]);
    expect(await complete("vault", "move", "k")).toEqual(["keychain"]);
    expect(await complete("settings", "the")).toEqual(["theme"]);
    expect(await complete("settings", "theme", "")).toEqual(["system", "light", "dark"]);
    expect(await complete("settings", "notifications", "")).toEqual(["on", "off"]);
    expect(await complete("completion", "p")).toEqual(["powershell"]);
    expect(await complete("nonsense", "")).toEqual([]);
    expect(home.processes()).toHaveLength(1);

    const nobody = use(makeHome(SERVERS));
    const without = await runCli(["__complete", "--", "login", ""], { home: nobody.path, env: PLAIN });
    expect(without).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(nobody.processes()).toEqual([]);
  });

  const shells: readonly (readonly [shell: string, script: (complete: string, line: string) => string[]])[] = [
    [
      "bash",
      (complete, line) => [
        "--norc",
        "-c",
        `source "${complete}"; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; read -ra COMP_WORDS <<< "$COMP_LINE"; ` +
          `[[ "$COMP_LINE" == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _gatehouse; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
    ],
    ["fish", (complete, line) => ["--no-config", "-c", `source "${complete}"; complete -C '${line}'`]],
  ];

  test.for(shells.filter(([shell]) => spawnSync(shell, ["--version"]).status === 0))(
    "works in a real %s",
    async ([shell, script]) => {
      const { options, home } = await scene();
      const file = join(home.path, "completion");
      writeFileSync(file, (await runCli(["completion", shell], options)).stdout);
      // A program of this name, as npm would link it.
      writeFileSync(join(home.path, "gatehouse"), `#!/bin/sh\nexec "${process.execPath}" "${programFile()}" "$@"\n`, {
        mode: 0o755,
      });
      const env = { ...environment(options), PATH: `${home.path}:${process.env.PATH}` };
      const complete = (line: string) => words(spawnSync(shell, script(file, line), { env, encoding: "utf8" }).stdout);
      expect(complete("gatehouse logo")).toEqual(["logout"]);
      expect(complete("gatehouse logout ")).toEqual(["acme", shell === "bash" ? "my\\ notes" : "my notes"]);
      expect(complete("gatehouse vault move f")).toEqual(["file"]);
    },
  );

  test("has a script for each shell, and no other", async () => {
    const options = { home: use(makeHome()).path };
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { code, stdout } = await runCli(["completion", shell], options);
      expect(code).toBe(0);
      expect(stdout).toContain("gatehouse __complete --");
    }
    expect((await runCli(["completion", "tcsh"], options)).code).toBe(2);
  });
});
