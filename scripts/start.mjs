/** Runs the app from the checkout; arguments go to it, and its exit code comes back. */
import { spawn } from "node:child_process";
import { electronRuntime, root, runtimeEnv } from "./runtime.mjs";

const runtime = electronRuntime();
if (!runtime) {
  console.error("There is no Electron yet.\nRun: npm start");
  process.exit(1);
}
const child = spawn(runtime.executable, [root, ...process.argv.slice(2)], {
  env: runtimeEnv(runtime),
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`Electron could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.on("close", (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
