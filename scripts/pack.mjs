/** Packs the app as it would be installed, into `out/<platform>-unpacked`, with the Electron that set-up found. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, Platform } from "electron-builder";
import { electronRuntime, root } from "./runtime.mjs";

/** @param {string} output Folder for the packed app; replaced whole. */
async function pack(output = join(root, "out")) {
  const runtime = electronRuntime();
  if (!runtime) throw new Error("There is no Electron yet. Run: npm run pack");
  rmSync(output, { recursive: true, force: true });
  await build({
    projectDir: root,
    targets: Platform.current().createTarget("dir"),
    publish: "never",
    config: {
      extends: "electron-builder.yml",
      directories: { output },
      electronDist: runtime.dist,
      electronVersion: runtime.version,
    },
  });
}

await pack(process.argv[2]);
