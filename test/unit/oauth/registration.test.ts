import { expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { judgeRegistration } from "../../../main/oauth/registration.ts";

const RUN = { server: "notes", requestId: "r-1" };

/** Method and secret that follow from an answer to a registration that asked for `method`. */
function outcome(body: object, method = "none", supported: string[] | null = null): unknown {
  try {
    const client = judgeRegistration(
      RUN,
      { client_id: "id", ...body },
      { method, redirectUri: "http://127.0.0.1/", supported },
    );
    return [client.token_endpoint_auth_method, client.client_secret ?? null];
  } catch (error) {
    return error instanceof GatehouseError ? error.code : "another error";
  }
}

test.each([
  [{}, "none", null, ["none", null]],
  [{ token_endpoint_auth_method: "client_secret_post", client_secret: "s" }, "none", null, ["client_secret_post", "s"]],
  [{ token_endpoint_auth_method: "none", client_secret: "s" }, "none", null, ["none", null]],
  [{ client_secret: "s" }, "client_secret_post", null, ["client_secret_post", "s"]],
  [{ client_secret: "s" }, "none", null, ["client_secret_basic", "s"]],
  [{ client_secret: "s" }, "none", ["client_secret_post", "none"], ["client_secret_post", "s"]],
  [{ client_secret: "" }, "client_secret_basic", null, ["none", null]],
  [{ token_endpoint_auth_method: "client_secret_basic" }, "none", null, "registration_failed"],
  [{ token_endpoint_auth_method: "tls_client_auth" }, "none", null, "unsupported"],
  [{ client_id: "" }, "none", null, "registration_failed"],
  [{ client_id: 7 }, "none", null, "registration_failed"],
])("the answer %j to %s (supported: %j) means %j", (body, method, supported, expected) => {
  expect(outcome(body, method, supported)).toEqual(expected);
});
