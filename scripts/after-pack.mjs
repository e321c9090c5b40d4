/** electron-builder's hook, before fuses and signatures: takes out what an unpacked Electron brings along. */
import { rm } from "node:fs/promises";
import { join } from "node:path";

export default async function afterPack({ packager, appOutDir }) {
  await rm(join(packager.getResourcesDir(appOutDir), "default_app.asar"), { force: true });
}
