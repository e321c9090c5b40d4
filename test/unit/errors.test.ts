import { describe, expect, test } from "vitest";
import { asGatehouseError, GatehouseError, quoteRemote } from "../../main/errors.ts";

describe("an error", () => {
  test("shows its parts and neither stack nor cause", () => {
    const error = new GatehouseError({
      code: "vault_locked",
      server: "github",
      message: "The keychain is locked.",
      suggestion: "Unlock it.",
      details: { tries: 1 },
      cause: new Error("secret inside"),
    });
    expect(error.toObject()).toEqual({
      code: "vault_locked",
      server: "github",
      message: "The keychain is locked.",
      suggestion: "Unlock it.",
      correlation_id: error.correlationId,
      details: { tries: 1 },
    });
    expect(error.correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(error.toObject()).not.toHaveProperty("request_id");
    expect(JSON.stringify(error.toObject())).not.toContain("secret inside");
  });

  test("of ours passes as it is, a foreign one becomes `internal` without its text", () => {
    const own = new GatehouseError({ code: "too_large", message: "m", suggestion: "s" });
    expect(asGatehouseError(own, "x")).toBe(own);
    const foreign = asGatehouseError(new Error("POST https://x?code=S3CRET"), "x");
    expect(foreign).toMatchObject({ code: "internal", server: "x" });
    expect(JSON.stringify(foreign.toObject())).not.toContain("S3CRET");
    expect(asGatehouseError("thrown text").cause).toBe("thrown text");
  });
});

describe("remote text", () => {
  test("is quoted, on one line, without invisible characters", () => {
    expect(quoteRemote("no\r\naccess\u001b[31m \u202eevil\u200b")).toBe("“no access [31m evil”");
  });

  test("is cut by characters, not in the middle of one", () => {
    const quoted = quoteRemote("𝒳".repeat(500));
    expect(Array.from(quoted)).toHaveLength(203);
    expect(quoted.endsWith("𝒳…”")).toBe(true);
  });
});
