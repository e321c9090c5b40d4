/**
 * Draws the pictures in `assets/` from the shapes here and in `assets/icon.svg`, with Chromium: `node scripts/icons.mjs`.
 * Run by hand when a shape changes; the pictures are kept in the repository.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./runtime.mjs";

const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

/** The mark on a grid of 22, edges on whole pixels: two towers with a slit each, an open gate. */
const MARK = "M2 20V6l3.5-3.5L9 6v2.5h4V6l3.5-3.5L20 6v14h-7v-5a2 2 0 0 0-4 0v5zM5 8v4h1V8zm11 0v4h1V8z";

/** The badge sits in the corner, where a ring of nothing keeps it off the mark. */
const CLEAR = `<circle cx="17.5" cy="17.5" r="5.7" fill="black"/>`;

/** Each state has a shape of its own, because a colour alone says nothing in a one-colour menu bar. */
const BADGES = {
  ok: null,
  attention: (colour) => `<circle cx="17.5" cy="17.5" r="4.2" fill="${colour}"/>`,
  busy: (colour) =>
    `<circle cx="17.5" cy="17.5" r="3.3" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="5.18 1.73"/>`,
  error: (colour) =>
    `<path d="M14.5 14.5l6 6m0-6l-6 6" fill="none" stroke="${colour}" stroke-width="2.4" stroke-linecap="round"/>`,
  paused: (colour) => `<path d="M15.5 14v7m4-7v7" fill="none" stroke="${colour}" stroke-width="2.2"/>`,
};

const VARIANTS = [
  { suffix: "", size: 22, ink: "#2b2d31", attention: "#c26a00", busy: "#1f5fd6", error: "#c5281c", paused: "#2b2d31" },
  {
    suffix: "-dark",
    size: 22,
    ink: "#f2f3f4",
    attention: "#ffb73d",
    busy: "#7aa7ff",
    error: "#ff7a70",
    paused: "#f2f3f4",
  },
  // macOS draws a template in the menu bar's own colour.
  { suffix: "Template", size: 18, ink: "#000", attention: "#000", busy: "#000", error: "#000", paused: "#000" },
];

function traySvg(state, variant) {
  const badge = BADGES[state];
  const mark = `<path d="${MARK}" fill="${variant.ink}" fill-rule="evenodd"`;
  if (!badge) return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">${mark}/></svg>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22"><mask id="clear"><rect width="22" height="22" fill="white"/>${CLEAR}</mask>${mark} mask="url(#clear)"/>${badge(variant[state])}</svg>`;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

async function draw(svg, size, path) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  await page.screenshot({ path, omitBackground: true });
  await page.close();
}

await mkdir(join(root, "assets", "icons"), { recursive: true });
await mkdir(join(root, "assets", "tray"), { recursive: true });
const icon = await readFile(join(root, "assets", "icon.svg"), "utf8");
await draw(icon, 512, join(root, "assets", "icon.png"));
for (const size of ICON_SIZES) await draw(icon, size, join(root, "assets", "icons", `${size}x${size}.png`));
for (const variant of VARIANTS) {
  for (const state of Object.keys(BADGES)) {
    const name = join(root, "assets", "tray", `${state}${variant.suffix}`);
    await draw(traySvg(state, variant), variant.size, `${name}.png`);
    await draw(traySvg(state, variant), variant.size * 2, `${name}@2x.png`);
  }
}
await browser.close();
