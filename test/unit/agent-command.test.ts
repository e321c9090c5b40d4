import { dirname, isAbsolute, join } from "node:path";
import { expect, test } from "vitest";
import { agentCommand } from "../../main/agent-command.ts";

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

test("the hub in the app finds Node on the PATH, never names the app itself", () => {
  const PATH = ["", "/nowhere", dirname(process.execPath)].join(process.platform === "win32" ? ";" : ":");
  expect(agentCommand({ PATH }, inElectron)[0]).toBe(process.execPath);
  expect(agentCommand({ PATH: "/nowhere" }, inElectron)[0]).toBe("node");
});
