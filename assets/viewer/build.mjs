// Bundles src/ to dist/viewer.js, and the licenses of all that is in it to dist/LICENSES.txt.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const read = (...parts) => readFileSync(join(here, ...parts), "utf8");

/** What the bundle was made of, so that a test can tell a stale one without running this. */
function fingerprint() {
  const sources = readdirSync(join(here, "src")).filter((name) => name.endsWith(".js")).sort();
  const hash = createHash("sha256");
  for (const path of [...sources.map((name) => `src/${name}`), "package-lock.json"]) {
    hash.update(`${path}\n${read(path).replaceAll("\r\n", "\n")}\n`);
  }
  return hash.digest("hex");
}

/** The folders of the packages that a bundle holds parts of, from esbuild's list of its inputs. */
function packagesOf(metafile) {
  const folders = new Set();
  for (const path of Object.keys(metafile.inputs)) {
    const found = path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (found) folders.add(found[1]);
  }
  // regl-scatterplot comes with what it is made of already inside.
  const inside = Object.keys(JSON.parse(read("node_modules/regl-scatterplot/package.json")).dependencies);
  for (const name of [...inside, "camera-2d-simple"]) folders.add(`node_modules/${name}`);
  return [...folders].sort();
}

function licenseOf(folder) {
  const about = JSON.parse(read(folder, "package.json"));
  const file = readdirSync(join(here, folder)).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${about.name} has no license file`);
  const title = `${about.name} ${about.version} (${about.license})`;
  return `${title}\n${"=".repeat(title.length)}\n\n${read(folder, file).replaceAll("\r\n", "\n").trim()}\n`;
}

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/index.js"],
  outfile: "dist/viewer.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // The same without its checks of a programmer's mistakes.
  alias: { regl: "regl/dist/regl.unchecked.js" },
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  banner: { js: `/* Lexiloom's map viewer, built from ${fingerprint()}. Licenses: LICENSES.txt */` },
});
if (/<\/script|<!--/i.test(read("dist", "viewer.js"))) throw new Error("the bundle can't stand inside a page");
const licenses = packagesOf(result.metafile).map(licenseOf);
const head = "viewer.js holds code of these packages, besides Lexiloom's own (Apache-2.0).\n\n\n";
writeFileSync(join(here, "dist", "LICENSES.txt"), head + licenses.join("\n\n"));
