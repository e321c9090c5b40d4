/**
 * Updates in the real Electron, with electron-updater and a server of releases on loopback. What is put in place is a
 * file that stands in for an AppImage: nothing is packed here.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import type { UpdateStatus } from "../../preload/api-settings.ts";
import { startApp } from "../fixtures/app.ts";
import { tempFolder } from "../fixtures/children.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { type Desktop, startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { repoRoot } from "../fixtures/root.ts";
import { watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";
import { buildScripted, type ScriptedFolder, startScripted } from "../fixtures-window/launch.ts";
import * as made from "../fixtures-window/snapshots.ts";

const cleanup = makeCleanup();
let desktop: Desktop;
let folder: ScriptedFolder;

beforeAll(async () => {
  desktop = cleanup.use(await startDesktop({ keyring: "absent" }));
  cleanup.use(await watchTray(desktop.env));
  folder = cleanup.use(await buildScripted());
});
afterAll(() => cleanup.close());

interface Release {
  readonly version: string;
  /** Of the file that is served; default: the true one. */
  readonly sha512?: string;
}

/** A place that offers one release; `file` is what it brings. */
async function offer({ version, sha512 }: Release, file: string) {
  const name = `Gatehouse-${version}.AppImage`;
  const sum = sha512 ?? createHash("sha512").update(file).digest("base64");
  const asked: string[] = [];
  const manifest = [
    `version: ${version}`,
    "files:",
    `  - url: ${name}`,
    `    sha512: ${sum}`,
    `    size: ${Buffer.byteLength(file)}`,
    `path: ${name}`,
    `sha512: ${sum}`,
    "releaseDate: '2026-11-30T12:00:00.000Z'",
    "",
  ].join("\n");
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    asked.push(path);
    if (path === "/latest-linux.yml") response.end(manifest);
    else if (path === `/${name}`) response.end(file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  use({ close: () => void server.close().closeAllConnections() });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function start(url: string) {
  writeFileSync(
    join(folder.path, "dev-app-update.yml"),
    `provider: generic\nurl: ${url}\nupdaterCacheDirName: gatehouse-test\n`,
  );
  const place = use(tempFolder("appimage"));
  const installed = join(place.path, "Gatehouse.AppImage");
  writeFileSync(installed, "the version that is installed", { mode: 0o755 });
  const home = use(makeHome());
  const env = { ...desktop.env, APPIMAGE: installed };
  const app = use(await startScripted({ home: home.path, env, folder: folder.path }));
  const page = await app.window();
  await page.getByRole("heading", { name: "Servers" }).waitFor();
  const ask = async (method: "shellInfo" | "checkForUpdates"): Promise<UpdateStatus> => {
    const answer = await page.evaluate(async (name) => {
      const said = await window.gatehouse[name]({});
      return said.ok ? said.value : null;
    }, method);
    if (answer === null) throw new Error("the app gave no answer");
    return "update" in answer ? answer.update : answer;
  };
  return {
    app,
    page,
    installed,
    place: place.path,
    check: () => ask("checkForUpdates"),
    status: () => ask("shellInfo"),
  };
}

test("a newer version is told of, and fetched, put in place and started when the person says so", async () => {
  const place = use(tempFolder("started"));
  const marker = join(place.path, "started");
  const release = await offer({ version: "9.9.9" }, `#!/bin/sh\necho started > '${marker}'\n`);
  const { app, page, installed, check, status } = await start(release.url);
  expect(await status()).toEqual({ state: "idle", version: null, progress: null, message: null });
  expect(release.asked).toEqual([]);
  expect(await check()).toEqual({ state: "available", version: "9.9.9", progress: null, message: null });
  // It only looked.
  expect(release.asked).toEqual(["/latest-linux.yml"]);
  const answer = await page.evaluate(() => window.gatehouse.installUpdate({}));
  expect(answer).toEqual({ ok: true, value: { installing: true } });
  await waitFor("the app to make way", () => (app.isGone() ? true : undefined), 30_000);
  expect(app.log()).toContain("hub closed");
  await waitFor("the new version", () => (existsSync(marker) ? true : undefined));
  expect(readFileSync(installed, "utf8")).toContain(marker);
});

test("automatic: what is found is fetched, and put in place when the app ends", async () => {
  const release = await offer({ version: "9.9.9" }, "#!/bin/sh\nexit 0\n# the newer one\n");
  const { app, installed, check, status } = await start(release.url);
  await app.set({ ...made.snapshot({}), settings: { ...DEFAULT_SETTINGS, updates: "automatic" } });
  await check();
  const ready = await waitFor("the download", async () => {
    const now = await status();
    return now.state === "ready" ? now : undefined;
  });
  expect(ready).toEqual({ state: "ready", version: "9.9.9", progress: null, message: null });
  expect(readFileSync(installed, "utf8")).toBe("the version that is installed");
  await app.quit();
  expect(readFileSync(installed, "utf8")).toContain("the newer one");
});

test("a file that is not what was promised is not put in place, and the app goes on", async () => {
  const release = await offer({ version: "9.9.9", sha512: "A".repeat(86).concat("==") }, "#!/bin/sh\nexit 1\n");
  const { app, page, installed, check, status } = await start(release.url);
  expect((await check()).state).toBe("available");
  await page.evaluate(() => window.gatehouse.installUpdate({}));
  const failed = await waitFor("the failure", async () => {
    const now = await status();
    return now.state === "failed" ? now : undefined;
  });
  expect(failed.message).toContain("The version that you have goes on working.");
  expect(readFileSync(installed, "utf8")).toBe("the version that is installed");
  expect(app.isGone()).toBe(false);
});

test.each(["0.1.0", "0.0.9"])("%s is no newer version", async (version) => {
  const { page, check } = await start((await offer({ version }, "")).url);
  expect((await check()).state).toBe("none");
  expect(await page.evaluate(() => window.gatehouse.installUpdate({}))).toEqual({
    ok: true,
    value: { installing: false },
  });
});

test("a place that cannot be reached is a failure that can be tried again", async () => {
  const release = await offer({ version: "9.9.9" }, "x");
  const { check } = await start("http://127.0.0.1:9");
  expect(await check()).toMatchObject({ state: "failed", version: null });
  expect(await check()).toMatchObject({ state: "failed" });
  expect(release.asked).toEqual([]);
});

test("the built app has the updater in a file of its own, which Electron can load", async () => {
  const home = use(makeHome());
  const app = use(await startApp({ home: home.path, env: desktop.env, args: ["--hidden"] }));
  const found = await app.app.evaluate(
    (_electron, file) => {
      const { createRequire } = process.getBuiltinModule("node:module");
      const { autoUpdater } = createRequire(file)(file) as { autoUpdater: { checkForUpdates: unknown } };
      return typeof autoUpdater.checkForUpdates;
    },
    join(repoRoot, "dist", "main", "updater.cjs"),
  );
  expect(found).toBe("function");
});
