/** What to do about an error that an authorization server answers with (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2). */
export function whatToSet(error: string): string {
  switch (error) {
    case "invalid_target":
      return "Set “resource” in the server's auth settings: to what the authorization server expects, or to false to send none.";
    case "invalid_scope":
      return "Set “scope” in the server's auth settings to scopes that the authorization server knows.";
    case "invalid_client":
    case "unauthorized_client":
      return "Check “client_id”, “client_secret” and “token_endpoint_auth_method” in the server's auth settings.";
    default:
      return "Sign in again. If it comes back, check scope, client id and secret in the server's auth settings.";
  }
}
