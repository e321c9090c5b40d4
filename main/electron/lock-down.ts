/** What no page of this app may do. Set before the first window exists, for every web contents there will ever be. */
import { app, type Session } from "electron";
import { APP_ORIGIN, APP_PAGE, APP_SCHEME } from "./asset-path.ts";

/** Chromium services that talk to the network by themselves. The app asks nobody for anything. Before `ready`. */
export function quietChromium(): void {
  app.commandLine.appendSwitch("disable-background-networking");
  app.commandLine.appendSwitch("disable-component-update");
  app.commandLine.appendSwitch("disable-domain-reliability");
  app.commandLine.appendSwitch("disable-sync");
  app.commandLine.appendSwitch("no-pings");
  app.commandLine.appendSwitch("no-proxy-server");
  app.commandLine.appendSwitch("force-webrtc-ip-handling-policy", "disable_non_proxied_udp");
}

/** No navigation, no second window, no webview. Before `ready`. */
export function lockContents(): void {
  app.on("web-contents-created", (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: "deny" }));
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.on("will-navigate", (event) => event.preventDefault());
    contents.on("will-frame-navigate", (event) => event.preventDefault());
    contents.on("will-redirect", (event) => event.preventDefault());
  });
}

/** No permission, no request outside the app's own pages, no spell checker (it downloads dictionaries). */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, grant) => {
    grant(permission === COPY && contents.getURL() === APP_PAGE);
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => {
    return permission === COPY && (origin === APP_ORIGIN || origin === `${APP_ORIGIN}/`);
  });
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((request, answer) => {
    answer({ cancel: !request.url.startsWith(`${APP_SCHEME}:`) && !request.url.startsWith("devtools:") });
  });
  session.on("will-download", (event) => event.preventDefault());
}

/** Writing text to the clipboard on a click: the copy buttons. Reading it stays forbidden. */
const COPY = "clipboard-sanitized-write";
