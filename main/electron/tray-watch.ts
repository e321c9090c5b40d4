/**
 * Whether this desktop shows icons of applications. On Linux that is up to a program of its own, which may come later
 * than we do, go and come again: https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/
 */
import type { Message, MessageBus } from "dbus-next";

export interface TrayWatch {
  readonly isThere: boolean;
  close(): void;
}

const WATCHER = "org.kde.StatusNotifierWatcher";
const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };

/** Elsewhere there is always one. */
export const ALWAYS_THERE: TrayWatch = { isThere: true, close() {} };

/**
 * Answers once it is known; calls back whenever that changes. A session bus that does not answer means that there is
 * none.
 */
export async function watchTray(
  env: Readonly<Record<string, string | undefined>>,
  changed: (isThere: boolean) => void,
): Promise<TrayWatch> {
  const busAddress = env.DBUS_SESSION_BUS_ADDRESS;
  if (busAddress === undefined || busAddress === "") return { isThere: false, close() {} };
  const { sessionBus, Message: NewMessage } = await import("dbus-next");
  let isThere = false;
  const set = (now: boolean): void => {
    if (now === isThere) return;
    isThere = now;
    changed(now);
  };
  const bus = await connect(() => sessionBus({ busAddress }));
  if (bus === null) return { isThere: false, close() {} };
  const ask = (member: string, body: readonly string[]): Promise<Message | null> =>
    bus.call(new NewMessage({ ...BUS, interface: BUS.destination, member, signature: "s", body: [...body] }));
  bus.on("error", () => set(false));
  bus.on("message", ({ member, body }: Message) => {
    const [name, , owner] = body as unknown[];
    if (member === "NameOwnerChanged" && name === WATCHER) set(owner !== "");
  });
  try {
    const signal = `type='signal',sender='${BUS.destination}',member='NameOwnerChanged',arg0='${WATCHER}'`;
    await ask("AddMatch", [signal]);
    isThere = (await ask("NameHasOwner", [WATCHER]))?.body[0] === true;
  } catch {
    isThere = false;
  }
  return {
    get isThere() {
      return isThere;
    },
    close: () => bus.disconnect(),
  };
}

function connect(open: () => MessageBus): Promise<MessageBus | null> {
  return new Promise((resolve) => {
    try {
      const bus = open();
      bus.once("error", () => resolve(null));
      bus.once("connect", () => resolve(bus));
    } catch {
      resolve(null);
    }
  });
}
