/** The desktop's notifications. What they say and when is {@link nextNotices}'; do-not-disturb is the system's own. */
import { Notification } from "electron";
import type { Snapshot } from "../../preload/api.ts";
import { type Notice, nextNotices, type OpenNeeds } from "./notices.ts";
import type { TrayAction } from "./tray-menu.ts";

export class Notifications {
  readonly #act: (action: TrayAction) => void;
  readonly #icon: string;
  /** Held, because one that is collected can no longer be clicked. */
  readonly #shown = new Map<string, Notification>();
  #open: OpenNeeds = null;
  #before: Snapshot | null = null;

  constructor(icon: string, act: (action: TrayAction) => void) {
    this.#icon = icon;
    this.#act = act;
  }

  update(snapshot: Snapshot): void {
    const { open, show, withdraw } = nextNotices(this.#open, this.#before, snapshot);
    this.#open = open;
    this.#before = snapshot;
    for (const key of withdraw) this.#withdraw(key);
    if (!snapshot.settings.notifications) this.close();
    else for (const notice of show) this.#show(notice);
  }

  /** Takes all of them back. */
  close(): void {
    for (const key of [...this.#shown.keys()]) this.#withdraw(key);
  }

  #show({ key, title, body, action, button }: Notice): void {
    if (!Notification.isSupported()) return;
    this.#withdraw(key);
    const notification = new Notification({
      title,
      body,
      icon: this.#icon,
      actions: [{ type: "button", text: button }],
    });
    const act = (): void => {
      this.#withdraw(key);
      this.#act(action);
    };
    notification.on("click", act);
    notification.on("action", act);
    notification.on("close", () => {
      if (this.#shown.get(key) === notification) this.#shown.delete(key);
    });
    this.#shown.set(key, notification);
    notification.show();
  }

  #withdraw(key: string): void {
    const notification = this.#shown.get(key);
    this.#shown.delete(key);
    notification?.close();
  }
}
