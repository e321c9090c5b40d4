import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { expect, test } from "vitest";
import { agentCommand } from "../../main/agent-command.ts";
import { tempFolder } from "../fixtures/children.ts";
import { use } from "../fixtures/use.ts";

const inElectron = {
  execPath: "/app/electron",
  versions: { ...process.versions, electron: "45.0.0" },
  platform: process.platform,
};

test("the hub in Node names that Node and the shim, absolute", () => {
  const [node, shim] = agentCommand({});
  expect(node).toBe(process.execPath);
  expect(isAbsolute(shim ?? "") && shim?.endsWith(join("shim", "gatehouse.cjs"))).toBe(true);
});

test.each(["app.asar", "app.asar.unpacked"])(
  "the packed app names its own executable, which needs no Node: %s",
  (archive) => {
    const folder = use(tempFolder("packed app"));
    const main = join(folder.path, archive, "dist", "main");
    expect(agentCommand({ PATH: "/nowhere" }, inElectron, main)[0]).toBe("node");
    mkdirSync(join(folder.path, "shim"));
    const executable = join(folder.path, "shim", process.platform === "win32" ? "gatehouse.exe" : "gatehouse");
    writeFileSync(executable, "");
    expect(agentCommand({ PATH: "/nowhere" }, inElectron, main)).toEqual([executable]);
    const image = { APPIMAGE: "/home/me/Gatehouse.AppImage", GATEHOUSE_HOME: "/home/me/gatehouse" };
    expect(agentCommand(image, inElectron, main)).toEqual([join("/home/me/gatehouse", "bin", "gatehouse")]);
  },
);

test("the hub in the app finds Node on the PATH, never names the app itself", () => {
  const PATH = ["", "/nowhere", dirname(process.execPath)].join(process.platform === "win32" ? ";" : ":");
  expect(agentCommand({ PATH }, inElectron)[0]).toBe(process.execPath);
  expect(agentCommand({ PATH: "/nowhere" }, inElectron)[0]).toBe("node");
});
