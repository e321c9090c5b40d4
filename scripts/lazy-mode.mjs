/** Measures finding tools by words, and writes the figures into docs/lazy-mode.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { root } from "./runtime.mjs";

const outfile = join(root, "node_modules", ".cache", "gatehouse", "lazy-mode.mjs");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["test/fixtures/many-tools/measure.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "error",
});
const { figuresText, measure } = await import(pathToFileURL(outfile).href);
const text = figuresText(measure());
const page = join(root, "docs", "lazy-mode.md");
const marked = /(<!-- figures: [^>]*-->\n)[\s\S]*?(<!-- \/figures -->)/;
writeFileSync(
  page,
  readFileSync(page, "utf8").replace(marked, (_all, start, end) => `${start}${text}\n${end}`),
);
console.log(text);
