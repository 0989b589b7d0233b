// What the extension may do. Whoever widens it changes this file too, and says why.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./harness/process.mjs";

const manifest = JSON.parse(await readFile(join(root, "target/extension/manifest.json"), "utf8"));

test("it asks for four permissions and for no site's data", () => {
    assert.deepEqual(manifest.permissions, ["alarms", "idle", "notifications", "storage"]);
    for (const more of ["host_permissions", "optional_host_permissions", "optional_permissions"]) {
        assert.equal(manifest[more], undefined, more);
    }
});

test("its pages run its own scripts only, and talk to secure addresses or this machine only", () => {
    assert.equal(manifest.manifest_version, 3);
    assert.deepEqual(Object.keys(manifest.content_security_policy), ["extension_pages"]);
    assert.deepEqual(manifest.content_security_policy.extension_pages.split("; "), [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self' https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]);
});

test("no page reaches into it, and no other extension talks to it", () => {
    assert.equal("web_accessible_resources" in manifest, false);
    assert.equal("externally_connectable" in manifest, false);
    assert.equal("sandbox" in manifest, false);
});

// In frames as well, where both sleep unless the owner allows the frame's site.
test("two scripts run in pages, and only the small one runs among the page's own", () => {
    const common = { matches: ["http://*/*", "https://*/*"], run_at: "document_start", all_frames: true };
    assert.deepEqual(manifest.content_scripts, [
        { ...common, js: ["content.js"] },
        { ...common, js: ["inpage.js"], world: "MAIN" },
    ]);
});

test("nothing else is in it", () => {
    assert.deepEqual(Object.keys(manifest).sort(), [
        "action",
        "background",
        "browser_specific_settings",
        "content_scripts",
        "content_security_policy",
        "description",
        "icons",
        "key",
        "manifest_version",
        "minimum_chrome_version",
        "name",
        "permissions",
        "version",
    ]);
});
