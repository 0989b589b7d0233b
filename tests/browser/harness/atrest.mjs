// What lies on the disk, opened by the documentation alone (docs/at-rest.md): nothing of the wallet's code is used.

import { createDecipheriv } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./process.mjs";

/** All records of the wallet in a page's database, the device layer taken off: name to hex. */
export function records(page) {
    return page.evaluate(async () => {
        const asked = (request) =>
            new Promise((resolve, reject) => {
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
        const database = await asked(indexedDB.open("symbolon"));
        const table = (name) => database.transaction(name).objectStore(name);
        const key = await asked(table("keys").get("device"));
        const names = await asked(table("records").getAllKeys());
        const values = await asked(table("records").getAll());
        database.close();
        const all = {};
        for (const [at, name] of names.entries()) {
            const additionalData = new TextEncoder().encode(name);
            const algorithm = { name: "AES-GCM", iv: values[at].slice(0, 12), additionalData };
            const plain = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, values[at].slice(12)));
            all[name] = Array.from(plain, (byte) => byte.toString(16).padStart(2, "0")).join("");
        }
        return all;
    });
}

/** Puts bytes in the place of a record's row, under the wallet; gives what stood there. */
export function swapRow(page, name, bytes) {
    return page.evaluate(
        async ([name, bytes]) => {
            const done = (request) =>
                new Promise((resolve, reject) => {
                    request.onsuccess = () => resolve(request.result);
                    request.onerror = () => reject(request.error);
                });
            const database = await done(indexedDB.open("symbolon"));
            const table = database.transaction("records", "readwrite").objectStore("records");
            const before = await done(table.get(name));
            await done(table.put(Uint8Array.from(bytes), name));
            database.close();
            return [...before];
        },
        [name, bytes],
    );
}

/** Opens a sealed record: its data key and its content. */
export function openRecord(vaultKey, name, record) {
    const associated = Buffer.concat([
        Buffer.from("symbolon/vault/record/1"),
        Buffer.from([name.length & 0xff, name.length >> 8]),
        Buffer.from(name),
        record.subarray(0, 80),
    ]);
    const dataKey = open(vaultKey, record.subarray(80, 92), record.subarray(92, 140), associated);
    return { dataKey, plain: open(dataKey, record.subarray(140, 152), record.subarray(152), associated) };
}

/**
 * The stretched password, and the vault key that it opens. The stretching itself is the wallet's own module: Node has no
 * Argon2id.
 */
export async function vaultKeyOf(password, all) {
    const header = Buffer.from(all["vault/header"], "hex");
    const { initSync, stretch } = await import(join(root, "target/glue/kdf.js"));
    initSync({ module: await readFile(join(root, "target/glue/kdf_bg.wasm")) });
    const [memory, passes, lanes] = [17, 21, 25].map((at) => header.readUInt32LE(at));
    const stretched = stretch(Buffer.from(password), header.subarray(1, 17), memory, passes, lanes);
    const associated = Buffer.concat([Buffer.from([1]), header.subarray(1, 29)]);
    const vaultKey = open(stretched, header.subarray(29, 41), header.subarray(41, 89), associated);
    return { stretched: Buffer.from(stretched), vaultKey };
}

/** What must not be found: the vault key, and of each share its data key and its scalar. */
export function secrets(vaultKey, all) {
    const found = { "vault key": vaultKey };
    for (const [name, value] of Object.entries(all)) {
        if (!name.startsWith("key/active/")) continue;
        const { dataKey, plain } = openRecord(vaultKey, name, Buffer.from(value, "hex"));
        found[`data key of ${name}`] = dataKey;
        // version, 1 ‖ party, 2 ‖ scalar, 32 ‖ public half
        found[`scalar of ${name}`] = plain.subarray(3, 35);
    }
    return found;
}

/** The files below a folder that hold one of the needles, as bytes, hex or base64. */
export async function filesWith(folder, needles) {
    const hits = [];
    let files = 0;
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
        files += 1;
        for (const [name, needle] of Object.entries(needles)) {
            const forms = [needle, Buffer.from(needle.toString("hex")), Buffer.from(needle.toString("base64"))];
            // UTF-16, as Chromium writes some strings.
            forms.push(...forms.map((form) => Buffer.from(form.toString("latin1"), "utf16le")));
            if (forms.some((form) => bytes.includes(form))) hits.push(`${name} in ${entry.name}`);
        }
    }
    return { files, hits };
}

function open(key, nonce, sealed, associated) {
    const cipher = createDecipheriv("aes-256-gcm", key, nonce);
    cipher.setAAD(associated);
    cipher.setAuthTag(sealed.subarray(sealed.length - 16));
    return Buffer.concat([cipher.update(sealed.subarray(0, sealed.length - 16)), cipher.final()]);
}
