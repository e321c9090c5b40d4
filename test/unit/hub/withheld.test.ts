import { expect, test } from "vitest";
import { withoutCredentials } from "../../../main/hub/withheld.ts";

const through = (text: string): string => withoutCredentials(Buffer.from(text)).toString("utf8");
const call = (meta: string): string =>
  `{"jsonrpc":"2.0", "id":1,"method":"tools/call","params":{ "_meta" : ${meta},"name":"a","arguments":{"n":1.50}}}`;

test.each([
  "authorization",
  "Authorization",
  "proxy-authorization",
  "token",
  "access_token",
  "accessToken",
  "refresh-token",
  "id_token",
  "authToken",
  "bearer",
  "api_key",
  "X-Api-Key",
  "cookie",
  "com.example/token",
  "com.example/x/accessToken",
  "\\u0061uthorization",
])("takes %s out of _meta, and nothing else", (name) => {
  expect(through(call(`{"${name}":"Bearer s3cret","progressToken":"p", "other": {"token":1} }`))).toBe(
    call('{"progressToken":"p","other": {"token":1}}'),
  );
});

test.each([
  call('{"progressToken":7}'),
  call('{"io.modelcontextprotocol/related-task":{"taskId":"t"},"tokens":3,"authority":"x","tokenizer":"y"}'),
  call('{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}'),
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"_meta":{"token":"mine"},"token":1}}}',
  '{"jsonrpc":"2.0","method":"notifications/x","params":{"_meta":"token"}}',
  '{"jsonrpc":"2.0","id":1,"method":"x","params":[{"_meta":{"token":1}}]}',
])("leaves every byte of %s", (text) => {
  const line = Buffer.from(text);
  expect(withoutCredentials(line)).toBe(line);
});

test("looks into an answer and into the only member, too", () => {
  expect(through('{"id":1,"result":{"_meta":{"access_token":"s"},"action":"accept"}}')).toBe(
    '{"id":1,"result":{"_meta":{},"action":"accept"}}',
  );
});

test("a name or _meta itself that stands twice hides nothing", () => {
  expect(through(call('{"token":"s3cret","a":1,"token":"s3cret"}'))).toBe(call('{"a":1}'));
  const twice = through('{"id":1,"method":"m","params":{"_meta":{"token":"s3cret"},"_meta":{"a":1,"token":"s3cret"}}}');
  expect(JSON.parse(twice)).toEqual({ id: 1, method: "m", params: { _meta: { a: 1 } } });
});
