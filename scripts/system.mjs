/** What the operating system has to bring: found by what it provides, installed by its own package manager. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Failure, run } from "./step.mjs";

/**
 * One thing needed. `soname` and `program` say how it is recognised (any of several programs will do); the names are
 * the packages that bring it, Debian's and Ubuntu's in the order to try.
 */
const LIBRARIES = [
  { soname: "libgtk-3.so.0", apt: ["libgtk-3-0t64", "libgtk-3-0"], dnf: "gtk3", pacman: "gtk3" },
  { soname: "libnss3.so", apt: ["libnss3"], dnf: "nss", pacman: "nss" },
  { soname: "libasound.so.2", apt: ["libasound2t64", "libasound2"], dnf: "alsa-lib", pacman: "alsa-lib" },
  { soname: "libgbm.so.1", apt: ["libgbm1"], dnf: "mesa-libgbm", pacman: "mesa" },
  { soname: "libnotify.so.4", apt: ["libnotify4"], dnf: "libnotify", pacman: "libnotify" },
  { soname: "libsecret-1.so.0", apt: ["libsecret-1-0"], dnf: "libsecret", pacman: "libsecret" },
];

/** A desktop of our own, for tests and for a demo that nobody clicks through. */
const DESKTOP = [
  { programs: ["Xvfb"], apt: ["xvfb"], dnf: "xorg-x11-server-Xvfb", pacman: "xorg-server-xvfb" },
  { programs: ["dbus-daemon"], apt: ["dbus"], dnf: "dbus-daemon", pacman: "dbus" },
  { programs: ["gnome-keyring-daemon"], apt: ["gnome-keyring"], dnf: "gnome-keyring", pacman: "gnome-keyring" },
  {
    programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    apt: ["chromium"],
    dnf: "chromium",
    pacman: "chromium",
  },
  { fonts: "/usr/share/fonts", apt: ["fonts-noto-core"], dnf: "google-noto-sans-fonts", pacman: "noto-fonts" },
];

/** Windows programs, and a compiler for the two small ones that Wine lacks. */
const WINDOWS = [
  { programs: ["wine64"], apt: ["wine64"], dnf: "wine-core", pacman: "wine" },
  {
    programs: ["x86_64-w64-mingw32-gcc"],
    apt: ["gcc-mingw-w64-x86-64-win32"],
    dnf: "mingw64-gcc",
    pacman: "mingw-w64-gcc",
  },
];

/** @param {import("./step.mjs").Steps} steps */
export async function ensureWine(steps) {
  const found = await Promise.all(WINDOWS.map((need) => onPath(need.programs)));
  const missing = WINDOWS.filter((_, index) => !found[index]);
  if (missing.length > 0) await install(steps, missing);
}

/**
 * @param {import("./step.mjs").Steps} steps
 * @param {boolean} desktop Whether Xvfb, a keyring and a browser of our own are needed too.
 */
export async function ensureSystem(steps, desktop) {
  if (process.platform !== "linux") return;
  const missing = await findMissing(desktop);
  if (missing.length > 0) await install(steps, missing);
  await ensureSandbox();
}

async function findMissing(desktop) {
  const { stdout } = await run(existsSync("/sbin/ldconfig") ? "/sbin/ldconfig" : "ldconfig", ["-p"], {
    allowFailure: true,
  });
  const libraries = LIBRARIES.filter((need) => !stdout.includes(`${need.soname} `));
  if (!desktop) return libraries;
  const found = await Promise.all(DESKTOP.map((need) => (need.fonts ? hasFonts(need.fonts) : onPath(need.programs))));
  return [...libraries, ...DESKTOP.filter((_, index) => !found[index])];
}

async function onPath(programs) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin", "/usr/lib/wine"].filter(
    Boolean,
  );
  for (const folder of folders) {
    for (const program of programs) {
      if (
        await access(join(folder, program), constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return true;
    }
  }
  return false;
}

function hasFonts(folder) {
  try {
    return readdirSync(folder, { recursive: true }).some((name) => /\.(ttf|otf|ttc)$/.test(String(name)));
  } catch {
    return false;
  }
}

async function install(steps, missing) {
  const distribution = readDistribution();
  const apt = distribution.some((id) => id === "debian" || id === "ubuntu");
  if (!apt) {
    const manager = distribution.includes("arch") ? "pacman" : "dnf";
    const names = missing.map((need) => need[manager]).join(" ");
    const command = manager === "pacman" ? `sudo pacman -S --needed ${names}` : `sudo dnf install ${names}`;
    throw new Failure("Some system packages are missing.", command);
  }
  if (distribution[0] === "ubuntu" && missing.some((need) => need.programs?.includes("chromium"))) {
    throw new Failure(
      "The tests and the demo need a Chromium or Chrome, which Ubuntu has as a snap only.",
      "sudo snap install chromium",
    );
  }
  const prefix = await rootPrefix();
  if (prefix === null) {
    const names = missing.map((need) => need.apt.at(-1)).join(" ");
    throw new Failure("Some system packages are missing.", `sudo apt-get install -y --no-install-recommends ${names}`);
  }
  const asRoot = (...args) =>
    run(
      prefix[0] ?? "env",
      [...prefix.slice(1), ...(prefix.length > 0 ? ["env"] : []), "DEBIAN_FRONTEND=noninteractive", ...args],
      {
        allowFailure: true,
      },
    );
  const wait = ["-o", "DPkg::Lock::Timeout=300"];
  if (!haveLists()) await steps.step("Read Debian's package lists", () => asRoot("apt-get", ...wait, "update", "-qq"));
  let names = await chooseNames(missing);
  const installNames = () => asRoot("apt-get", ...wait, "install", "-y", "-qq", "--no-install-recommends", ...names);
  await steps.step(`Install ${names.join(" ")}`, async (progress) => {
    let result = await installNames();
    if (result.code === 0) return;
    // Lists that are old name versions that the mirror no longer has.
    progress("again with fresh package lists");
    await asRoot("apt-get", ...wait, "update", "-qq");
    names = await chooseNames(missing);
    result = await installNames();
    if (result.code !== 0) {
      throw new Failure(
        result.stderr.trim().split("\n").slice(-4).join("\n"),
        `${[...prefix, "apt-get"].join(" ")} install ${names.join(" ")}`,
      );
    }
  });
}

/** Debian's and Ubuntu's newer releases renamed some libraries (`t64`); the first name that is known there counts. */
async function chooseNames(missing) {
  return Promise.all(
    missing.map(async ({ apt }) => {
      for (const name of apt) {
        if ((await run("apt-cache", ["show", "--quiet", name], { allowFailure: true })).stdout.includes("Filename:"))
          return name;
      }
      return apt.at(-1);
    }),
  );
}

function haveLists() {
  try {
    return readdirSync("/var/lib/apt/lists").some((name) => name.includes("_Packages"));
  } catch {
    return false;
  }
}

/** @returns the words to put before a command that needs root: none, `sudo -n`, or null when neither works. */
async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return (await run("sudo", ["-n", "true"], { allowFailure: true })).code === 0 ? ["sudo", "-n"] : null;
}

/** @returns {string[]} os-release's ID, then what it says it is like. */
function readDistribution() {
  try {
    const text = readFileSync("/etc/os-release", "utf8");
    const value = (key) => text.match(new RegExp(`^${key}="?([^"\n]*)"?$`, "m"))?.[1] ?? "";
    return [value("ID"), ...value("ID_LIKE").split(" ")].filter(Boolean);
  } catch {
    return [];
  }
}

/** Kernel settings under which Chromium's sandbox, and with it Electron, starts for nobody but root; and the way out. */
const SANDBOX_SETTINGS = [
  // Ubuntu since 24.04: programs without an AppArmor profile of their own get no user namespace.
  { name: "kernel.apparmor_restrict_unprivileged_userns", closed: "1", open: "0" },
  { name: "kernel.unprivileged_userns_clone", closed: "0", open: "1" },
];

async function ensureSandbox() {
  if (process.getuid?.() === 0) return;
  for (const { name, closed, open } of SANDBOX_SETTINGS) {
    const path = `/proc/sys/${name.replaceAll(".", "/")}`;
    if (!existsSync(path) || readFileSync(path, "utf8").trim() !== closed) continue;
    const command = ["sysctl", "-q", "-w", `${name}=${open}`];
    // A machine of CI is thrown away after the run; a person's is theirs to change.
    const prefix = process.env.CI ? await rootPrefix() : null;
    if (prefix && (await run(prefix[0], [...prefix.slice(1), ...command], { allowFailure: true })).code === 0) continue;
    throw new Failure("This system keeps Electron from using Chromium's sandbox.", `sudo ${command.join(" ")}`);
  }
}
