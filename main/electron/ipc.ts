/** The main process's end of the bridge: each method of the contract once, behind one check of the sender. */
import { type IpcMainInvokeEvent, ipcMain, type WebContents } from "electron";
import {
  callChannel,
  type Events,
  eventChannel,
  HUB_EVENTS,
  type HubEvent,
  METHODS,
  SHELL_METHODS,
  type WindowEvents,
} from "../../preload/api.ts";
import type { HubHandle } from "../verbs/handle.ts";
import { isTrustedSender } from "./sender.ts";
import type { ShellCall } from "./shell-calls.ts";
import type { MainWindow } from "./window.ts";

/**
 * Registers every method. A refused sender gets a rejection; a trusted one a `Result`: the hub's as soon as the hub
 * runs, the shell's at once.
 */
export function serveCalls(hub: Promise<HubHandle>, shell: ShellCall, window: MainWindow): void {
  const check = (event: IpcMainInvokeEvent): void => {
    const sender = { contents: event.sender.id, frame: event.senderFrame };
    if (!isTrustedSender(sender, window.contents()?.id ?? null)) throw new Error("This page may not call Gatehouse.");
  };
  for (const method of METHODS) {
    ipcMain.handle(callChannel(method), async (event, params: unknown) => {
      check(event);
      return (await hub).call(method, params);
    });
  }
  for (const method of SHELL_METHODS) {
    ipcMain.handle(callChannel(method), (event, params: unknown) => {
      check(event);
      return shell(method, params);
    });
  }
}

/** Sends what the hub says to the window, while there is one: with none, nothing of the hub is listened to. */
export function forwardEvents(hub: HubHandle, window: MainWindow): void {
  window.whileOpen((contents) => {
    const forward = <E extends HubEvent>(event: E): (() => void) =>
      hub.on(event, (value: Events[E]) => send(contents, event, value as WindowEvents[E]));
    const stops = HUB_EVENTS.map(forward);
    return () => {
      for (const stop of stops) stop();
    };
  });
}

/** To a page that may be gone. */
export function send<E extends keyof WindowEvents>(
  contents: WebContents | null,
  event: E,
  value: WindowEvents[E],
): void {
  if (contents !== null && !contents.isDestroyed()) contents.send(eventChannel(event), value);
}
