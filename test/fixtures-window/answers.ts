/** What the scripted hub answers when a test has said nothing: nothing there, in the shape of the contract. */

import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import type { Answer, Method } from "../../preload/api.ts";

const undo = { undo: "undo-1", signed_out: 0 };

export const QUIET: { readonly [M in Method]?: Answer<M> } = {
  activity: { records: [] },
  calls: { calls: [] },
  logs: { lines: [] },
  catalogue: { items: [] },
  listAgents: { agents: [] },
  searchRegistry: { items: [], cursor: null },
  listSecrets: { secrets: [] },
  doctor: { checks: [] },
  inspectUrl: {
    url: "https://mcp.acme.example/mcp",
    type: "streamable-http",
    sign_in: "unknown",
    registration: null,
    client: null,
    authorization_server: null,
    title: null,
    suggested_name: "",
    catalogue: null,
    error: null,
  },
  checkEntry: { issues: [] },
  setEntry: { name: "", ...undo },
  removeServer: { name: "", ...undo },
  setServerEnabled: { name: "", ...undo },
  setToolAllowed: { name: "", ...undo },
  approveCommand: { name: "", ...undo },
  undo: { name: "" },
  listContents: { server: "", tools: null, prompts: null, resources: null, error: null },
  getEntry: { name: "", entry: {}, text: "{}", hidden: [], issues: [] },
  getSettings: {
    settings: DEFAULT_SETTINGS,
    paths: {
      config: "/home/anna/.config/gatehouse/servers.json",
      data: "/home/anna/.local/share/gatehouse",
      logs: "/home/anna/.local/share/gatehouse/logs",
    },
    overridden: [],
  },
};
