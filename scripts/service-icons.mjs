/**
 * Draws the pictures in `assets/icons/services/` from what `assets/catalogue.json` says of each server: a tile in its
 * colour with a letter or a sign of our own on it, nobody's trademark. Run by hand when the catalogue changes:
 * `node scripts/service-icons.mjs`. The pictures are kept in the repository; a test compares.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "assets", "icons", "services");

/** Letters of one stroke width on a grid of 20, and a few signs for what has no name of its own. */
const GLYPHS = {
  A: "M4 17 10 3l6 14M6.3 12h7.4",
  B: "M5.5 3v14h5.4a3.9 3.9 0 0 0 0-7.8H5.5h4.7a3.1 3.1 0 0 0 0-6.2z",
  C: "M15.4 5.5A7 7 0 1 0 15.4 14.5",
  D: "M5 3v14h3.4a7 7 0 0 0 0-14z",
  E: "M14.5 3h-9v14h9M5.5 10h7.5",
  F: "M15 3H6v14M6 10h7.5",
  G: "M15.6 5.7A7 7 0 1 0 17 10.6h-5.5",
  H: "M4.5 3v14M15.5 3v14M4.5 10h11",
  I: "M10 3v14M6.5 3h7M6.5 17h7",
  J: "M13.5 3v9.5a4.5 4.5 0 0 1-8.7 1.6",
  L: "M6 3v14h8.5",
  M: "M3.5 17V3L10 11.5 16.5 3v14",
  N: "M4.5 17V3l11 14V3",
  O: "M10 3a7 7 0 1 0 0 14 7 7 0 1 0 0-14z",
  P: "M6 17V3h4.7a4.1 4.1 0 0 1 0 8.2H6",
  R: "M5.5 17V3h4.9a4.1 4.1 0 0 1 0 8.2H5.5m4.7 0 5 5.8",
  S: "M14.7 5.4C13.7 3.9 12 3 10 3 7.5 3 5.7 4.5 5.7 6.5c0 4.8 8.8 2.2 8.8 6.9 0 2.1-1.9 3.6-4.5 3.6-2.1 0-3.9-.9-4.8-2.5",
  T: "M4 3h12M10 3v14",
  V: "M4 3l6 14 6-14",
  W: "M2.5 3 6.3 17 10 6.5 13.7 17 17.5 3",
  Z: "M4.5 3h11l-11 14h11",
  calendar: "M3 5.5h14V17H3zM3 9h14M6.5 3v3.5M13.5 3v3.5",
  envelope: "M2.5 5h15v10.5h-15zm0 .5 7.5 6 7.5-6",
  folder: "M2.5 16V4.5h5l2 2.5h8v9z",
  book: "M10 5.5C8 4 5.5 3.7 2.8 3.7v11.6c2.7 0 5.2.3 7.2 1.9 2-1.6 4.5-1.9 7.2-1.9V3.7C14.5 3.7 12 4 10 5.5zm0 0v11.7",
};

/** `colour`: #rrggbb. Throws for a glyph that nobody has drawn. */
export function serviceIcon({ colour, glyph }) {
  const path = GLYPHS[glyph];
  if (path === undefined) throw new Error(`there is no glyph ${glyph}`);
  const ink = brightness(colour) > 0.5 ? "#1d1d1f" : "#fff";
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">',
    `<rect width="40" height="40" rx="9" fill="${colour}"/>`,
    // A hairline, so that a black tile keeps its edge on a black page.
    '<rect x=".5" y=".5" width="39" height="39" rx="8.5" fill="none" stroke="#8a8a8a" stroke-opacity=".35"/>',
    `<path transform="translate(10 10)" d="${path}" fill="none" stroke="${ink}" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/>`,
    "</svg>\n",
  ].join("");
}

/** Relative luminance (WCAG 2.2). */
function brightness(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const entries = JSON.parse(await readFile(join(root, "assets", "catalogue.json"), "utf8"));
  const drawn = entries.flatMap(({ name, icon }) => (icon === null ? [] : [[`${name}.svg`, serviceIcon(icon)]]));
  await mkdir(folder, { recursive: true });
  const kept = new Set(drawn.map(([name]) => name));
  for (const name of await readdir(folder)) if (!kept.has(name)) await rm(join(folder, name));
  for (const [name, svg] of drawn) await writeFile(join(folder, name), svg);
  console.log(`Drew ${drawn.length} pictures.`);
}
