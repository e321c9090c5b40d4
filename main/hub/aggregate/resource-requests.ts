/** Reading, subscribing to and completing resources where several servers are one. */
import { peek } from "../../../shim/scan.ts";
import { parseMessage, record } from "../../jsonrpc.ts";
import { INVALID_PARAMS } from "../modern.ts";
import { textAt, withJsonAt } from "./edit.ts";
import type { Member } from "./member.ts";
import { type ResourceRoute, routeResource, shownUri } from "./resources.ts";
import type { AgentRequest } from "./tools.ts";

const URI = ["params", "uri"];
const REF_URI = ["params", "ref", "uri"];

interface Subscription {
  readonly member: Member;
  /** As its server knows it. */
  readonly uri: string;
}

type Method = "resources/read" | "resources/subscribe" | "resources/unsubscribe";

export class ResourceRequests {
  readonly #all: () => readonly Member[];
  readonly #started: () => readonly Member[];
  /** By the URI that the agent gave. */
  readonly #subscriptions = new Map<string, Subscription>();

  /** `started`: those that may be asked for what nobody lists. */
  constructor(all: () => readonly Member[], started: () => readonly Member[]) {
    this.#all = all;
    this.#started = started;
  }

  request(request: AgentRequest, method: Method): void {
    const uri = textAt(request.line, URI);
    if (uri === null) return request.error(INVALID_PARAMS, `${method} needs a uri.`);
    const subscription = method === "resources/unsubscribe" ? this.#subscriptions.get(uri) : undefined;
    if (subscription !== undefined) this.#subscriptions.delete(uri);
    const route = subscription === undefined ? this.#route(uri) : { ...subscription, members: [subscription.member] };
    this.#inTurn(request, withJsonAt(request.line, URI, JSON.stringify(route.uri)), route, (member, answer) => {
      if (method === "resources/subscribe") this.#subscriptions.set(uri, { member, uri: route.uri });
      return method === "resources/read" && route.uri !== uri ? underUri(answer, route.uri, uri) : answer;
    });
  }

  complete(request: AgentRequest): void {
    const uri = textAt(request.line, REF_URI);
    if (uri === null) return request.error(INVALID_PARAMS, "completion/complete needs the uri of its ref.");
    const route = this.#route(uri);
    this.#inTurn(
      request,
      withJsonAt(request.line, REF_URI, JSON.stringify(route.uri)),
      route,
      (_member, answer) => answer,
    );
  }

  /** A server that was away is back: what the agent subscribed to there, it subscribed to for good. */
  joined(member: Member): void {
    for (const [shown, { member: before, uri }] of this.#subscriptions) {
      if (before === member || before.name !== member.name) continue;
      this.#subscriptions.set(shown, { member, uri });
      member.subscribe(uri);
    }
  }

  /** A server's `notifications/resources/updated` as the agent gets it. */
  updated(member: Member, line: Buffer): Buffer {
    const uri = textAt(line, URI);
    if (uri === null) return line;
    const [asked] = [...this.#subscriptions].find(([, one]) => one.member === member && one.uri === uri) ?? [];
    const shown = asked ?? shownUri(this.#all(), member, uri);
    return shown === uri ? line : withJsonAt(line, URI, JSON.stringify(shown));
  }

  #route(uri: string): ResourceRoute {
    const route = routeResource(this.#all(), uri);
    if (route.members.length === 1) return route;
    const started = this.#started();
    const able = route.members.filter((member) => started.includes(member));
    return { ...route, members: able.length > 0 ? able : route.members };
  }

  /** Asks one server after the other until one has it; when none has, the first one's answer is as good as any. */
  #inTurn(
    request: AgentRequest,
    line: Buffer,
    { members }: ResourceRoute,
    had: (member: Member, answer: Buffer) => Buffer,
  ): void {
    let first: Buffer | null = null;
    const ask = (at: number): void => {
      const member = members[at];
      if (member === undefined) {
        if (first === null) return request.error(-32002, "No server is there that could have this resource.");
        return request.answer(first);
      }
      request.forward(member, line, (answer) => {
        if (peek(answer).isAnswer && parseError(answer) === null) return request.answer(had(member, answer));
        first ??= answer;
        ask(at + 1);
      });
    };
    ask(0);
  }
}

function parseError(answer: Buffer): unknown {
  // An error is short; what is read may be long.
  return answer.length > 100_000 ? null : (parseMessage(answer)?.error ?? null);
}

/** What was read by a URI of ours is told under it. */
function underUri(answer: Buffer, own: string, shown: string): Buffer {
  const message = parseMessage(answer);
  const result = record(message?.result);
  if (message === null || !Array.isArray(result.contents)) return answer;
  const contents = result.contents.map((content: unknown) =>
    record(content).uri === own ? { ...record(content), uri: shown } : content,
  );
  return Buffer.from(JSON.stringify({ ...message, result: { ...result, contents } }));
}
