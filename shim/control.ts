/** Calls of `preload/api.ts` over a control connection. */
import type { Socket } from "node:net";
import { LineSplitter } from "./frame.ts";
import { frame, parseFrame } from "./wire.ts";

export interface Control {
  /** The `Result` that the hub answers. Rejects only when the connection ends first. */
  call(method: string, params: unknown): Promise<unknown>;
  /** Asks for events; each value goes to the listener of {@link openControl}. */
  subscribe(events: readonly string[]): Promise<void>;
  readonly closed: Promise<void>;
  close(): void;
}

export class HubGone extends Error {}

/** `onEvent` gets what was subscribed to, and `signInProgress` of the sign-ins asked for here. */
export function openControl(socket: Socket, onEvent: (event: string, value: unknown) => void = () => {}): Control {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let isClosed = false;
  const lines = new LineSplitter(onLine, () => socket.destroy());
  socket.on("data", (chunk: Buffer) => lines.push(chunk));
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      isClosed = true;
      for (const { reject } of waiting.values()) reject(new HubGone("The hub went away."));
      waiting.clear();
      resolve();
    });
  });
  socket.resume();

  function onLine(line: Buffer): void {
    const message = parseFrame(line);
    if (message === null) return;
    if (typeof message.event === "string") return onEvent(message.event, message.value);
    if (typeof message.id !== "number") return;
    waiting.get(message.id)?.resolve(message.result);
    waiting.delete(message.id);
  }

  function call(method: string, params: unknown): Promise<unknown> {
    if (isClosed) return Promise.reject(new HubGone("The hub went away."));
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      socket.write(frame({ id, method, params }));
    });
  }

  return {
    call,
    closed,
    async subscribe(events) {
      await call("subscribe", { events });
    },
    close: () => socket.destroy(),
  };
}
