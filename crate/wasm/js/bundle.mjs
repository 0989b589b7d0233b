// Puts the extension and the phone's app together: target/glue and the sources go in, target/extension and
// target/web come out. Same input, same bytes.
//
//   node crate/wasm/js/bundle.mjs [--release]

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const at = (...parts) => join(root, ...parts);
const release = process.argv.includes("--release");
const manifest = JSON.parse(await readFile(at("extension/manifest.json"), "utf8"));
const relay = process.env.SYMBOLON_RELAY ?? "ws://127.0.0.1:8787/v1/relay";

await Promise.all([extension(), web()]);

async function extension() {
    const out = at("target/extension");
    await fresh(out);
    await bundle(["worker", "page"], "extension/src", out, "esm");
    // Content scripts are not modules.
    await bundle(["content", "inpage"], "extension/src", out, "iife");
    await pages(out);
    await icons("extension/icon", out);
    await common(out);
    await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 4)}\n`);
}

async function web() {
    const out = at("target/web");
    await fresh(out);
    await bundle(["main", "worker"], "web/src", out, "esm");
    await cp(at("web/page"), out, { recursive: true });
    await icons("web/icon", out);
    await common(out);
    // Last, because it names all the others.
    const files = (await list(out)).map((file) => (file === "index.html" ? "./" : file)).sort();
    const hash = createHash("sha256");
    for (const file of files)
        hash.update(`${file}\0`).update(await readFile(join(out, file === "./" ? "index.html" : file)));
    const version = `${manifest.version}-${hash.digest("hex").slice(0, 16)}`;
    await bundle(["sw"], "web/src", out, "iife", { BUILD: JSON.stringify({ version, files }) });
    const demo = at("target/demo");
    await fresh(demo);
    await bundle(["demo"], "web/demo", demo, "iife");
    await cp(at("web/demo/index.html"), join(demo, "index.html"));
    await cp(at("web/demo/style.css"), join(demo, "style.css"));
}

async function bundle(names, from, out, format, define = {}) {
    await build({
        absWorkingDir: root,
        bundle: true,
        charset: "utf8",
        define: { APP_VERSION: JSON.stringify(manifest.version), DEFAULT_RELAY: JSON.stringify(relay), ...define },
        entryPoints: names.map((name) => at(from, `${name}.ts`)),
        format,
        legalComments: "none",
        loader: { ".svg": "dataurl" },
        logLevel: "warning",
        minifySyntax: release,
        minifyWhitespace: release,
        outdir: out,
        target: "es2022",
        // The glue's own default address for its module is never used: every caller names one.
        supported: { "import-meta": true },
        tsconfig: at("tsconfig.json"),
    });
}

/** One page, three places that the browser opens it in. */
async function pages(out) {
    const page = await readFile(at("extension/page/page.html"), "utf8");
    for (const [name, screen] of Object.entries({ app: "full", approval: "approval", popup: "popup" })) {
        await writeFile(join(out, `${name}.html`), page.replace("{screen}", screen));
    }
}

/** What both hosts have: the three modules and the style. */
async function common(out) {
    for (const module of ["core", "kdf", "ui"]) {
        await cp(at(`target/glue/${module}_bg.wasm`), join(out, `${module}_bg.wasm`));
    }
    await cp(at("crate/ui/style/symbolon.css"), join(out, "style.css"));
}

async function icons(from, out) {
    await mkdir(join(out, "icon"), { recursive: true });
    for (const file of await readdir(at(from))) {
        if (file.endsWith(".png")) await cp(at(from, file), join(out, "icon", file));
    }
}

async function fresh(out) {
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
}

async function list(directory, base = directory) {
    const found = [];
    for (const entry of await readdir(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) found.push(...(await list(path, base)));
        else found.push(relative(base, path));
    }
    return found;
}
