// Packs target/extension and target/web so that the same files give the same archive: sorted, dated 1980, stored.
//
//   node crate/wasm/js/pack.mjs <directory>

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { crc32 } from "./crc32.mjs";

const [, , out = "dist"] = process.argv;
const { version } = JSON.parse(await readFile("target/extension/manifest.json", "utf8"));
await mkdir(out, { recursive: true });
const sums = [];
for (const name of ["extension", "web"]) {
    const file = `symbolon-${name}-${version}.zip`;
    const archive = zip(await files(`target/${name}`));
    await writeFile(join(out, file), archive);
    sums.push(`${createHash("sha256").update(archive).digest("hex")}  ${file}\n`);
}
await writeFile(join(out, "SHA256SUMS"), sums.join(""));

async function files(base) {
    const entries = await readdir(base, { recursive: true, withFileTypes: true });
    const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    const named = paths.map((path) => ({ name: relative(base, path), path }));
    named.sort((a, b) => (a.name < b.name ? -1 : 1));
    return Promise.all(named.map(async ({ name, path }) => ({ name, bytes: await readFile(path) })));
}

// PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end).
function zip(entries) {
    const local = [];
    const central = [];
    let offset = 0;
    for (const { name, bytes } of entries) {
        const path = Buffer.from(name);
        const facts = Buffer.alloc(26);
        facts.writeUInt16LE(20, 0); // version needed: 2.0
        facts.writeUInt16LE(0x0800, 2); // names are UTF-8
        facts.writeUInt16LE(0, 4); // stored
        facts.writeUInt16LE(0, 6); // 00:00:00
        facts.writeUInt16LE(0x0021, 8); // 1980-01-01
        facts.writeUInt32LE(crc32(bytes), 10);
        facts.writeUInt32LE(bytes.length, 14);
        facts.writeUInt32LE(bytes.length, 18);
        facts.writeUInt16LE(path.length, 22);
        local.push(signature(0x04034b50), facts, path, bytes);
        const rest = Buffer.alloc(14);
        rest.writeUInt32LE(0x81a40000, 6); // Unix: a plain file, rw-r--r--
        rest.writeUInt32LE(offset, 10);
        central.push(signature(0x02014b50), Buffer.from([20, 3]), facts, rest, path);
        offset += 4 + facts.length + path.length + bytes.length;
    }
    const directory = Buffer.concat(central);
    const end = Buffer.alloc(18);
    end.writeUInt16LE(entries.length, 4);
    end.writeUInt16LE(entries.length, 6);
    end.writeUInt32LE(directory.length, 8);
    end.writeUInt32LE(offset, 12);
    return Buffer.concat([...local, directory, signature(0x06054b50), end]);
}

function signature(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
}
