/** The window's first line: the bridge in, the screen out. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Bridge } from "../preload/api.ts";
import { App } from "./app.tsx";
import { createAppStore, StoreContext } from "./store.ts";

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly gatehouse: Bridge;
  }
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const store = createAppStore(window.gatehouse);
createRoot(root).render(
  <StrictMode>
    <StoreContext value={store}>
      <App />
    </StoreContext>
  </StrictMode>,
);
void store.getState().connect();
