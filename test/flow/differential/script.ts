/** What is asked of the reference server: each of its tools, prompts and resources, and each thing that goes wrong. */
import { NEWEST_TASK, rootsUpdated, type Step } from "./conversation.ts";
import type { Message } from "./wire.ts";

const call = (name: string, args: unknown = {}, more: Partial<Step> = {}, params: object = {}): Step => ({
  name: `${name} ${JSON.stringify(args)}`,
  method: "tools/call",
  params: { name, arguments: args, ...params },
  ...more,
});

const ask = (method: string, params?: unknown, more: Partial<Step> = {}): Step => ({
  name: `${method} ${JSON.stringify(params ?? null)}`,
  method,
  ...(params === undefined ? {} : { params }),
  ...more,
});

const notice =
  (method: string) =>
  (message: Message): boolean =>
    message.method === method;

const elicits = (reply: object): Partial<Step> => ({ replies: { "elicitation/create": { result: reply } } });
const refuses = (method: string): Partial<Step> => ({
  replies: { [method]: { error: { code: -1, message: "The user said no", data: { why: ["tired", null] } } } },
});

const STATIC = "demo://resource/static/document/features.md";
const DYNAMIC = "demo://resource/dynamic";
const COMPLETABLE = { type: "ref/prompt", name: "completable-prompt" };
const TEMPLATE = { type: "ref/resource", uri: `${DYNAMIC}/text/{resourceId}` };
const FILE = "data:text/plain,The%20quick%20brown%20fox";

export const SCRIPT: readonly Step[] = [
  ask("ping"),
  ask("ping", undefined, { id: "a string, “quoted” \\ and \u{1f6aa}" }),

  ask("tools/list"),
  ask("tools/list", { cursor: "a-cursor-that-nobody-gave" }),
  ask("prompts/list"),
  ask("resources/list"),
  ask("resources/templates/list"),

  call("echo", { message: "plain" }),
  call("echo", { message: 'déjà vu 🚪 \u2028 \u0000 \n " \\ </script>' }),
  call("echo", {}),
  call("echo", { message: 5 }),
  call("get-sum", { a: 0.1, b: 1e21 }),
  call("get-sum", { a: "1", b: 2 }),
  call("get-annotated-message", { messageType: "success", includeImage: true }),
  call("get-annotated-message", { messageType: "loud" }),
  call("get-env"),
  call("get-resource-links", { count: 10 }),
  call("get-resource-links", { count: 11 }),
  call("get-resource-reference", { resourceType: "Blob", resourceId: 2 }),
  call("get-resource-reference", { resourceType: "Text", resourceId: 1 }),
  call("get-resource-reference", { resourceType: "Text", resourceId: -1 }),
  call("get-structured-content", { location: "Chicago" }),
  call("get-structured-content", { location: "Paris" }),
  call("get-tiny-image"),
  call("no-such-tool"),
  ask("tools/call", { arguments: {} }),
  ask("tools/call"),

  ask("prompts/get", { name: "simple-prompt" }),
  ask("prompts/get", { name: "args-prompt", arguments: { city: "Zürich", state: "ZH" } }),
  ask("prompts/get", { name: "args-prompt", arguments: {} }),
  ask("prompts/get", { name: "completable-prompt", arguments: { department: "Sales", name: "Eve" } }),
  ask("prompts/get", { name: "resource-prompt", arguments: { resourceType: "Text", resourceId: "4" } }),
  ask("prompts/get", { name: "resource-prompt", arguments: { resourceType: "Text", resourceId: "none" } }),
  ask("prompts/get", { name: "no-such-prompt" }),

  ask("resources/read", { uri: STATIC }),
  ask("resources/read", { uri: `${DYNAMIC}/text/17` }),
  ask("resources/read", { uri: `${DYNAMIC}/blob/18` }),
  ask("resources/read", { uri: `${DYNAMIC}/text/none` }),
  ask("resources/read", { uri: "demo://nowhere" }),

  ask("completion/complete", { ref: COMPLETABLE, argument: { name: "department", value: "S" } }),
  ask("completion/complete", {
    ref: COMPLETABLE,
    argument: { name: "name", value: "" },
    context: { arguments: { department: "Support" } },
  }),
  ask("completion/complete", { ref: TEMPLATE, argument: { name: "resourceId", value: "3" } }),
  ask("completion/complete", { ref: { type: "ref/prompt", name: "none" }, argument: { name: "a", value: "" } }),

  ask("logging/setLevel", { level: "error" }, { isMuted: true }),
  ask("resources/unsubscribe", { uri: STATIC }, { isMuted: true }),
  ask("logging/setLevel", { level: "loud" }, { isMuted: true }),
  ask("logging/setLevel", { level: "debug" }),
  call("toggle-simulated-logging", {}, { until: notice("notifications/message") }),
  call("toggle-simulated-logging"),

  ask("resources/subscribe", { uri: STATIC }),
  ask("resources/subscribe", { uri: `${DYNAMIC}/text/1` }),
  ask("resources/subscribe", {}),
  call("toggle-subscriber-updates", {}, { until: notice("notifications/resources/updated") }),
  call("toggle-subscriber-updates"),
  ask("resources/unsubscribe", { uri: STATIC }),
  ask("resources/unsubscribe", { uri: `${DYNAMIC}/text/1` }),

  call(
    "gzip-file-as-resource",
    { name: "fox.gz", data: FILE, outputType: "resourceLink" },
    {
      until: notice("notifications/resources/list_changed"),
    },
  ),
  ask("resources/read", { uri: "demo://resource/session/fox.gz" }),
  call(
    "gzip-file-as-resource",
    { name: "fox.gz", data: FILE, outputType: "resource" },
    {
      until: notice("notifications/resources/list_changed"),
    },
  ),
  call("gzip-file-as-resource", { name: "x", data: "ftp://127.0.0.1/x", outputType: "resource" }),
  ask("resources/list"),

  call("trigger-long-running-operation", { duration: 0.2, steps: 4 }, {}, { _meta: { progressToken: "how-far" } }),
  call("trigger-long-running-operation", { duration: 0.1, steps: 2 }, {}, { _meta: { progressToken: 77 } }),
  call("trigger-long-running-operation", { duration: 0.05, steps: 1 }),
  call("trigger-long-running-operation", { duration: "long" }),
  call("trigger-long-running-operation", { duration: 0.5, steps: 1 }, { cancelled: true }),

  call("trigger-sampling-request", { prompt: "What is it?", maxTokens: 12 }),
  call("trigger-sampling-request", { prompt: "What is it?" }, refuses("sampling/createMessage")),
  call("trigger-sampling-request", {}),
  call(
    "trigger-sampling-request-async",
    { prompt: "Slowly" },
    {
      replies: {
        "tasks/result": { result: { role: "assistant", content: { type: "text", text: "Slow" }, model: "m" } },
      },
    },
  ),
  call("trigger-elicitation-request"),
  call("trigger-elicitation-request", {}, elicits({ action: "decline" })),
  call("trigger-elicitation-request", {}, elicits({ action: "cancel" })),
  call("trigger-elicitation-request", {}, refuses("elicitation/create")),
  call(
    "trigger-elicitation-request-async",
    {},
    {
      replies: { "tasks/result": { result: { action: "accept", content: { name: "Ada" } } } },
    },
  ),
  call(
    "trigger-url-elicitation",
    { url: "https://example.org/a?b=c", elicitationId: "e-1" },
    elicits({ action: "accept" }),
  ),
  call(
    "trigger-url-elicitation",
    { url: "https://example.org/a", elicitationId: "e-2" },
    elicits({ action: "decline" }),
  ),
  call("trigger-url-elicitation", { url: "https://example.org/a", elicitationId: "e-3", errorPath: true }),
  call("trigger-url-elicitation", { url: "not a URL" }),

  call("get-roots-list"),
  ask("notifications/roots/list_changed", undefined, {
    isNotification: true,
    replies: {
      "roots/list": { result: { roots: [{ uri: "file:///home/one" }, { uri: "file:///home/two", name: "Zwei" }] } },
    },
    until: rootsUpdated,
  }),
  call("get-roots-list"),

  call("simulate-research-query", { topic: "doors" }),
  call("simulate-research-query", { topic: "python", ambiguous: true }, {}, { task: { ttl: 60_000 } }),
  ask("tasks/result", { taskId: NEWEST_TASK }, elicits({ action: "accept", content: { interpretation: "snake" } })),
  ask("tasks/get", { taskId: NEWEST_TASK }),
  call("simulate-research-query", { topic: "gates" }, {}, { task: { ttl: 60_000 } }),
  ask("tasks/cancel", { taskId: NEWEST_TASK }),
  ask("tasks/get", { taskId: NEWEST_TASK }),
  ask("tasks/list"),
  ask("tasks/list", { cursor: "none" }),
  ask("tasks/get", { taskId: "none" }),
  ask("tasks/result", { taskId: "none" }),

  ask("no/such-method", { deep: { er: [1, { x: null }] } }),
  ask("server/discover", {}),
  ask("notifications/of-another-kind", { any: "thing" }, { isNotification: true }),
  ask("ping"),
];
