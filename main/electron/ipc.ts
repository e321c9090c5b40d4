/** The main process's end of the bridge: each method of the contract once, behind one check of the sender. */
import { ipcMain, type WebContents } from "electron";
import { callChannel, type Events, eventChannel, HUB_EVENTS, type HubEvent, METHODS } from "../../preload/api.ts";
import type { HubHandle } from "../verbs/handle.ts";
import { isTrustedSender } from "./sender.ts";

/**
 * Registers every method. A refused sender gets a rejection; a trusted one the hub's `Result`, as soon as the hub
 * runs. `contents` is our window's web contents, null while there is no window.
 */
export function serveCalls(hub: Promise<HubHandle>, contents: () => WebContents | null): void {
  for (const method of METHODS) {
    ipcMain.handle(callChannel(method), async (event, params: unknown) => {
      const sender = { contents: event.sender.id, frame: event.senderFrame };
      if (!isTrustedSender(sender, contents()?.id ?? null)) throw new Error("This page may not call Gatehouse.");
      return (await hub).call(method, params);
    });
  }
}

/** Sends what the hub says to the window, while there is one. Returns the unsubscribe. */
export function forwardEvents(hub: HubHandle, contents: () => WebContents | null): () => void {
  const forward = <E extends HubEvent>(event: E): (() => void) =>
    hub.on(event, (value: Events[E]) => {
      const target = contents();
      if (target !== null && !target.isDestroyed()) target.send(eventChannel(event), value);
    });
  const stops = HUB_EVENTS.map(forward);
  return () => {
    for (const stop of stops) stop();
  };
}
