/** The bridge: the contract of `api.ts` at `window.gatehouse`, one function a method, and nothing else of Electron. */
import { contextBridge, ipcRenderer } from "electron";
import { callChannel, eventChannel, METHODS, SHELL_METHODS, WINDOW_EVENTS } from "./api.ts";

const bridge: Record<string, unknown> = {
  on(event: unknown, listener: unknown): () => void {
    const known = WINDOW_EVENTS.find((name) => name === event);
    if (known === undefined || typeof listener !== "function") throw new TypeError("unknown event");
    const channel = eventChannel(known);
    // The wrapper keeps Electron's event, and with it `sender`, out of the page.
    const wrapped = (_event: unknown, value: unknown): void => listener(value);
    ipcRenderer.on(channel, wrapped);
    return () => {
      ipcRenderer.removeListener(channel, wrapped);
    };
  },
};

for (const method of [...METHODS, ...SHELL_METHODS]) {
  const channel = callChannel(method);
  bridge[method] = (params: unknown): Promise<unknown> => ipcRenderer.invoke(channel, params);
}

contextBridge.exposeInMainWorld("gatehouse", bridge);
