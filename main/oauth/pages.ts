/** The pages that the browser shows at the end of a sign-in. Self-contained, escaped, nothing from outside. */
import { randomBytes } from "node:crypto";

export type Page =
  | { readonly kind: "success"; readonly server: string }
  | { readonly kind: "denied"; readonly server: string }
  | { readonly kind: "error"; readonly server: string; readonly message: string; readonly suggestion: string }
  /** RFC 8628 §3.3: to be entered at the address. */
  | { readonly kind: "code"; readonly server: string; readonly code: string; readonly address: string }
  /** The sign-in this tab belonged to has ended. */
  | { readonly kind: "stale"; readonly server: string }
  /** A request that is no answer to a sign-in. */
  | { readonly kind: "not_found" };

export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Words {
  readonly status: number;
  readonly tone: "good" | "quiet" | "bad";
  readonly badge: "check" | "dash" | "mark" | "clock";
  readonly title: string;
  readonly text: string;
  readonly next: string;
}

export function renderPage(page: Page): RenderedPage {
  const nonce = randomBytes(16).toString("base64");
  const words = wordsFor(page);
  return {
    status: words.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      connection: "close",
    },
    body: html(words, nonce),
  };
}

function wordsFor(page: Page): Words {
  switch (page.kind) {
    case "success":
      return {
        status: 200,
        tone: "good",
        badge: "check",
        title: `Signed in to ${page.server}`,
        text: "Every agent on this computer can use it now.",
        next: "You can close this tab.",
      };
    case "denied":
      return {
        status: 200,
        tone: "quiet",
        badge: "dash",
        title: `Sign-in to ${page.server} declined`,
        text: "You said no, so nothing was stored and no agent got access.",
        next: "You can close this tab. To sign in after all, choose “Sign in” in Gatehouse.",
      };
    case "error":
      return {
        status: 400,
        tone: "bad",
        badge: "mark",
        title: `Not signed in to ${page.server}`,
        text: page.message,
        next: page.suggestion,
      };
    case "code":
      return {
        status: 200,
        tone: "quiet",
        badge: "clock",
        title: `Enter the code ${page.code}`,
        text: `Open ${page.address} on any device and enter the code ${page.code} to sign in to ${page.server}.`,
        next: "You can close this tab once you have entered the code.",
      };
    case "stale":
      return {
        status: 410,
        tone: "quiet",
        badge: "clock",
        title: "This sign-in is no longer waiting",
        text: `The sign-in to ${page.server} that this tab belongs to has already ended.`,
        next: "You can close this tab. Gatehouse shows whether you are signed in.",
      };
    case "not_found":
      return {
        status: 404,
        tone: "quiet",
        badge: "dash",
        title: "Nothing to see here",
        text: "Gatehouse waits at this address for the end of a sign-in.",
        next: "You can close this tab.",
      };
  }
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char] ?? char,
  );
}

const BADGES: Readonly<Record<Words["badge"], string>> = {
  check: '<path d="M6.8 12.6l3.6 3.6 7-7.6"/>',
  dash: '<path d="M7 12h10"/>',
  mark: '<path d="M12 6.4v7M12 17.5v.1"/>',
  clock: '<circle cx="12" cy="12" r="6.6"/><path d="M12 8.4V12l2.4 1.6"/>',
};

/** The gatehouse: two towers and the open gate between them. */
const MARK =
  '<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linejoin="round" aria-hidden="true"><path d="M3 21V7.5L6.5 4 10 7.5V10h4V7.5L17.5 4 21 7.5V21h-6v-4.5a3 3 0 0 0-6 0V21z"/></svg>';

const STYLE = `
:root{color-scheme:light dark;--ground:#f6f6f4;--card:#fff;--line:#e3e2de;--ink:#1b1c1e;--soft:#5c6066;--good:#177245;--good-wash:#e4f3ea;--quiet:#5c6066;--quiet-wash:#eeeeeb;--bad:#b3261e;--bad-wash:#fbe9e7;--shade:rgb(20 22 26/.07)}
@media (prefers-color-scheme:dark){:root{--ground:#17181a;--card:#1f2124;--line:#2e3135;--ink:#ececed;--soft:#a3a8ae;--good:#62d29b;--good-wash:#1d3529;--quiet:#a3a8ae;--quiet-wash:#2b2e32;--bad:#ff8f86;--bad-wash:#3c2221;--shade:rgb(0 0 0/.3)}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-font-smoothing:antialiased}
main{width:100%;max-width:460px}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:40px 36px 34px;box-shadow:0 1px 2px var(--shade),0 14px 36px var(--shade)}
.badge{width:56px;height:56px;border-radius:50%;display:grid;place-items:center;margin-bottom:22px}
.badge svg{width:34px;height:34px}
.good{background:var(--good-wash);color:var(--good)}.quiet{background:var(--quiet-wash);color:var(--quiet)}.bad{background:var(--bad-wash);color:var(--bad)}
h1{margin:0 0 10px;font-size:24px;line-height:1.25;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere;text-wrap:balance}
p{margin:0;overflow-wrap:anywhere}
.text{color:var(--ink)}
.next{color:var(--soft);margin-top:18px;padding-top:18px;border-top:1px solid var(--line)}
footer{display:flex;gap:9px;align-items:center;justify-content:center;margin-top:22px;color:var(--soft);font-size:14px;font-weight:550}
`;

// The address bar still holds the code and the state; both are spent, and neither should reach the history.
const SCRIPT = "history.replaceState(null,'',location.pathname)";

function html(words: Words, nonce: string): string {
  const title = escapeHtml(words.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Gatehouse</title>
<style nonce="${nonce}">${STYLE}</style>
<script nonce="${nonce}">${SCRIPT}</script>
</head>
<body>
<main>
<div class="card" role="${words.tone === "bad" ? "alert" : "status"}">
<div class="badge ${words.tone}"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${BADGES[words.badge]}</svg></div>
<h1>${title}</h1>
<p class="text">${escapeHtml(words.text)}</p>
<p class="next">${escapeHtml(words.next)}</p>
</div>
<footer>${MARK}Gatehouse</footer>
</main>
</body>
</html>
`;
}
