/** One program that is spoken to in one era after the other: whoever attached last hears it. */
import type { Upstream, UpstreamEvents } from "../upstream.ts";

export class SharedChild {
  readonly #start: (events: UpstreamEvents) => Upstream;
  #child: Upstream | null = null;
  #heard: UpstreamEvents | null = null;
  #attached = 0;

  constructor(start: (events: UpstreamEvents) => Upstream) {
    this.#start = start;
  }

  /** Starts the program unless it runs. Closing what this returns ends the program, unless somebody attached later. */
  readonly attach = (events: UpstreamEvents): Upstream => {
    const mine = ++this.#attached;
    this.#heard = events;
    const child = this.#child ?? this.#run();
    this.#child = child;
    return {
      send: (message, peeked) => child.send(message, peeked),
      negotiated: (protocolVersion) => child.negotiated(protocolVersion),
      resumed: () => child.resumed(),
      setPaused: (paused) => child.setPaused(paused),
      close: async () => {
        if (mine === this.#attached) await child.close();
      },
    };
  };

  #run(): Upstream {
    return this.#start({
      message: (line, peeked, about) => this.#heard?.message(line, peeked, about),
      untaken: (line, peeked) => this.#heard?.untaken(line, peeked),
      failed: (id, error) => this.#heard?.failed(id, error),
      closed: (error) => {
        this.#child = null;
        this.#heard?.closed(error);
      },
    });
  }
}
