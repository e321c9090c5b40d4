import { expect, test } from "vitest";
import { Destinations } from "../../../main/electron/destinations.ts";

function start() {
  const told: unknown[] = [];
  return { told, destinations: new Destinations((destination) => told.push(destination)) };
}

test("a window that is still loading fetches where to go, once", () => {
  const { told, destinations } = start();
  destinations.go({ to: "settings" });
  destinations.go({ to: "server", server: "github" });
  expect(destinations.take()).toEqual({ to: "server", server: "github" });
  expect(destinations.take()).toBeNull();
  expect(told).toEqual([]);
});

test("one that listens is told; after it is gone the next one fetches", () => {
  const { told, destinations } = start();
  expect(destinations.take()).toBeNull();
  destinations.go({ to: "agents" });
  expect(told).toEqual([{ to: "agents" }]);
  destinations.lost();
  destinations.go({ to: "add", text: "https://mcp.example" });
  expect(told).toHaveLength(1);
  expect(destinations.take()).toEqual({ to: "add", text: "https://mcp.example" });
});
