/** electron-builder's hook, before fuses and signatures: takes out what an unpacked Electron brings along, puts in the command. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Arch } from "electron-builder";
import { makeStandalone, standaloneName } from "./standalone.mjs";

export default async function afterPack({ packager, appOutDir, electronPlatformName, arch }) {
  const resources = packager.getResourcesDir(appOutDir);
  await rm(join(resources, "default_app.asar"), { force: true });
  // Node is copied from what runs here, so it has to be the same kind of machine.
  if (electronPlatformName !== process.platform || Arch[arch] !== process.arch) {
    throw new Error(
      `The command for ${electronPlatformName} on ${Arch[arch]} has to be packed there: this is ${process.platform} on ${process.arch}.`,
    );
  }
  await makeStandalone(join(resources, "shim", standaloneName(electronPlatformName)));
}
