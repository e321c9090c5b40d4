/** The app as it would be installed: what is in it, which fuses are set, and that it starts. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { getRawHeader, listPackage } from "@electron/asar";
import { FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../../preload/api.ts";
import { readRecord } from "../../shim/endpoint.ts";
import { startAgent } from "../fixtures/agent.ts";
import { startChild, type TempFolder, tempFolder } from "../fixtures/children.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { everythingServer } from "../fixtures/everything.ts";
import { makeHome } from "../fixtures/home.ts";
import { repoRoot } from "../fixtures/root.ts";
import { watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

const run = promisify(execFile);
const { version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as { version: string };

/** The byte of a fuse that is on, as the wire in the executable spells it. */
const FUSE_IS_ON = "1";

/** Chromium refuses to run as root with its sandbox, and what starts the app by itself gives it no flag for that. */
async function addNoSandbox(app: string): Promise<void> {
  await rename(app, `${app}.real`);
  await writeFile(app, `#!/bin/sh\nexec "${app}.real" --no-sandbox --disable-gpu "$@"\n`, { mode: 0o755 });
}

let folder: TempFolder;
let installed: string;
const appBinary = (): string => {
  const app = join(installed, "gatehouse-app");
  return existsSync(`${app}.real`) ? `${app}.real` : app;
};

beforeAll(async () => {
  folder = tempFolder("package");
  await run(process.execPath, [join(repoRoot, "scripts", "pack.mjs"), join(folder.path, "out")]);
  installed = join(folder.path, "out", "linux-unpacked");
  if (process.getuid?.() === 0) await addNoSandbox(join(installed, "gatehouse-app"));
});

afterAll(() => folder.close());

describe.runIf(process.platform === "linux")("the packed app", () => {
  test("holds the bundles, the pictures and the keychain's module, and nothing else", () => {
    const archive = join(installed, "resources", "app.asar");
    const files = listPackage(archive, { isPack: false })
      .map((path) => path.replaceAll("\\", "/").slice(1))
      .filter((path) => /\.\w+$/.test(path.split("/").at(-1) ?? ""));
    const expected =
      /^(package\.json|assets\/icon\.png|assets\/tray\/[a-zA-Z-]+(@2x)?\.png|dist\/(main|preload|renderer)\/[a-z0-9]+\.(cjs|js|css|html)|dist\/renderer\/(locales\/[a-zA-Z-]+\.json|services\/[a-z0-9-]+\.svg)|node_modules\/@napi-rs\/keyring(-[a-z0-9-]+)?\/.+)$/;
    expect(files.filter((path) => !expected.test(path))).toEqual([]);
    for (const path of [
      "dist/main/index.cjs",
      "dist/main/updater.cjs",
      "dist/main/dbus.cjs",
      "dist/preload/index.cjs",
      "dist/renderer/index.html",
      "dist/renderer/index.js",
      "assets/icon.png",
      "assets/tray/ok.png",
      "node_modules/@napi-rs/keyring/index.js",
    ]) {
      expect(files).toContain(path);
    }
    expect(getRawHeader(archive).header).toBeTypeOf("object");
  });

  test("leaves nothing beside the archive that could take its place", () => {
    expect(readdirSync(join(installed, "resources")).sort()).toEqual(["app.asar", "app.asar.unpacked", "shim"]);
  });

  test("has every fuse set as meant", async () => {
    const { version: wireVersion, ...wire } = await getCurrentFuseWire(appBinary());
    expect(wireVersion).toBe(FuseVersion.V1);
    const on = (fuse: FuseV1Options) => String.fromCharCode(wire[fuse] ?? 0) === FUSE_IS_ON;
    const known = Object.values(FuseV1Options).filter((fuse) => typeof fuse === "number");
    // A fuse that this runtime has and no line of ours sets.
    expect(Object.keys(wire).filter((fuse) => !known.includes(Number(fuse)))).toEqual([]);
    expect(Object.fromEntries(known.map((fuse) => [FuseV1Options[fuse], on(fuse)]))).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
    });
  });

  test("brings a shim that Node runs", async () => {
    const { stdout } = await run(process.execPath, [
      join(installed, "resources", "shim", "gatehouse.cjs"),
      "--version",
    ]);
    expect(stdout).toContain(version);
  });

  test("brings an executable that needs no Node: the command, and the hub where there is no desktop", async () => {
    const gatehouse = join(installed, "resources", "shim", "gatehouse");
    const home = use(makeHome({ everything: everythingServer() }));
    // Nothing else of the environment, and no program on the PATH.
    const env = { PATH: "", HOME: home.path, GATEHOUSE_HOME: home.path, GATEHOUSE_VAULT: "memory" };
    expect((await run(gatehouse, ["--version"], { env })).stdout).toBe(`${version}\n`);
    const agent = use(await startAgent({ home: home.path, env, command: [gatehouse], server: "everything" }));
    expect(await agent.callText("echo", { message: "hi" })).toContain("hi");
    const { hub } = JSON.parse((await run(gatehouse, ["status", "--json"], { env })).stdout) as Snapshot;
    expect(hub.agent_command).toEqual([gatehouse]);
    expect(readRecord(home.path)?.role).toBe("headless");
    expect(readlinkSync(`/proc/${hub.pid}/exe`)).toBe(gatehouse);
    await run(gatehouse, ["install", "codex"], { env });
    expect(readFileSync(join(home.path, ".codex", "config.toml"), "utf8")).toBe(
      `[mcp_servers.gatehouse]\ncommand = "${gatehouse}"\nargs = ["connect"]\nenv = { GATEHOUSE_HOME = "${home.path}" }\n`,
    );
  });

  test("its executable starts the app when none runs, and the app names it to agents", async () => {
    const desktop = use(await startDesktop());
    const tray = use(await watchTray(desktop.env));
    const home = use(makeHome({ everything: everythingServer() }));
    const gatehouse = join(installed, "resources", "shim", "gatehouse");
    const env = { ...desktop.env, PATH: "", GATEHOUSE_HOME: home.path };
    const agent = use(await startAgent({ home: home.path, env, command: [gatehouse], server: "everything" }));
    expect(await agent.callText("echo", { message: "hi" })).toContain("hi");
    await tray.waitForItem();
    const { hub } = JSON.parse((await run(gatehouse, ["status", "--json"], { env })).stdout) as Snapshot;
    expect(hub.agent_command).toEqual([gatehouse]);
    expect(readRecord(home.path)).toMatchObject({ role: "app", pid: hub.pid });
    expect(readlinkSync(`/proc/${hub.pid}/exe`)).toContain(join(installed, "gatehouse-app"));
    await tray.click("Quit Gatehouse");
    await waitFor("the app to end", () => (readRecord(home.path) === null ? true : undefined));
  });

  test("as an AppImage it puts its command where it stays, and that starts the AppImage", async () => {
    const desktop = use(await startDesktop());
    const tray = use(await watchTray(desktop.env));
    const home = use(makeHome({ everything: everythingServer() }));
    // Stands in for the AppImage, which cannot be made here: a file that starts the app with its own path in APPIMAGE.
    const image = join(use(tempFolder("appimage")).path, "Gatehouse.AppImage");
    await writeFile(image, `#!/bin/sh\nAPPIMAGE="${image}" exec "${join(installed, "gatehouse-app")}" "$@"\n`, {
      mode: 0o755,
    });
    const env = { ...desktop.env, GATEHOUSE_HOME: home.path };
    const first = startChild(image, ["--hidden"], { env });
    use({ close: () => first.stop() });
    const placed = join(home.path, "bin", "gatehouse");
    await waitFor("the command", () => (existsSync(join(home.path, "bin", "app.json")) ? true : undefined), 20_000);
    const { hub } = JSON.parse((await run(placed, ["status", "--json"], { env })).stdout) as Snapshot;
    expect(hub.agent_command).toEqual([placed]);
    await tray.waitForLabel("Quit Gatehouse");
    await tray.click("Quit Gatehouse");
    await first.exited;
    const agent = use(
      await startAgent({ home: home.path, env: { ...env, PATH: "" }, command: [placed], server: "everything" }),
    );
    expect(await agent.callText("echo", { message: "hi" })).toContain("hi");
    expect(readRecord(home.path)?.role).toBe("app");
    const { hub: second } = JSON.parse((await run(placed, ["status", "--json"], { env })).stdout) as Snapshot;
    // Only what was started as the AppImage names the command that stays.
    expect(second.agent_command).toEqual([placed]);
    await tray.waitForLabel("Quit Gatehouse");
    await tray.click("Quit Gatehouse");
    await waitFor("the app to end", () => (readRecord(home.path) === null ? true : undefined));
  });

  test("starts, and its own shim reaches it", async () => {
    const desktop = use(await startDesktop());
    const home = use(makeHome());
    const env = { ...desktop.env, GATEHOUSE_HOME: home.path };
    const app = startChild(appBinary(), ["--no-sandbox", "--disable-gpu", "--hidden"], { env });
    use({ close: () => app.stop() });
    const shim = join(installed, "resources", "shim", "gatehouse.cjs");
    const status = await waitFor(
      "the packed app's hub",
      async () => {
        const answer = await run(process.execPath, [shim, "status", "--json"], { env }).catch(() => undefined);
        return answer && (JSON.parse(answer.stdout) as { hub: { version: string; pid: number } });
      },
      20_000,
    );
    expect(status.hub).toMatchObject({ version, pid: app.pid });
  });
});
