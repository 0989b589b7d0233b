// Every screen, on both devices and in both themes, as axe sees it: no violation of any of its rules.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Axe } from "./harness/axe.mjs";
import { launchPhone } from "./harness/browser.mjs";
import { packSaying } from "./harness/pack.mjs";
import { root } from "./harness/process.mjs";
import { Screens } from "./harness/screens.mjs";
import { askToSend, connectDemo, leave } from "./harness/signing.mjs";
import { makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 120_000 };
const ETHER = 10n ** 18n;
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
/** With `GALLERY=1`, as tests/browser/gallery.mjs has it, pictures are left there. */
const axe = new Axe(process.env.GALLERY ? { directory: join(root, "shots/gallery") } : {});
let demo;
/** Codes of guardians and the path of the recovery file. */
let kept;
let world;

before(async () => {
    await axe.begin();
    world = await World.start({ shots: axe });
}, LIMIT);
after(() => world?.stop());

/** In a page: takes away half of what a device knows of itself. */
const damage = () =>
    new Promise((resolve, reject) => {
        const opening = indexedDB.open("symbolon");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
            const change = opening.result.transaction("records", "readwrite");
            change.objectStore("records").delete("device/settings");
            change.oncomplete = () => (opening.result.close(), resolve());
            change.onerror = () => reject(change.error);
        };
    });

/** Shows what is folded away. */
const unfold = (page) => page.locator("main details").evaluateAll((all) => all.forEach((one) => (one.open = true)));

/** Nothing found since the last time. */
function clean() {
    assert.equal(axe.findings.splice(0).join("\n\n"), "");
}

test("first run, pairing and the making of a key", { timeout: 240_000 }, async () => {
    const browser = await world.openExtension();
    await browser.on("welcome");
    await browser.click("create");
    await browser.on("set-up");
    await browser.click("set-up");
    await browser.shot("set up with complaints");
    await browser.page.reload();
    const address = await makeWallet(world, {
        guardians: { guardians: 3, needed: 2 },
        recovery: (it) => void (kept = it),
        // The phone is the last one to agree, and the relay is gone: the key waits for the others.
        last: async (agree) => {
            await world.stopRelay();
            await agree();
            await world.phone.on("keygen");
            await world.phone.shot("keygen");
            await world.startRelay();
        },
    });
    await world.chain.fund(address, 10n * ETHER);
    clean();
});

test("what a joining phone shows before and while it joins, and when its data is damaged", LIMIT, async () => {
    const other = await launchPhone(world.phoneUrl, { profile: join(world.directory, "other") });
    try {
        const phone = new Screens(other.page, { name: "other phone", shots: axe });
        await phone.setUp({ join: true, name: "Other", password: PASSWORD });
        await phone.on("linking", "join");
        await phone.shot("join");
        await phone.joinWith("no invitation");
        await phone.refusal();
        await phone.shot("join refused");
        await phone.click("back");
        await phone.on("linking");
        await phone.shot("linking");
        await phone.click("recover");
        await phone.on("recover");
        await phone.shot("recover");
        await phone.openRecoveryFile(kept.file, [kept.codes[0], `${kept.codes[1].slice(0, -1)}?`]);
        await phone.refusal();
        await phone.shot("recover refused");
        await phone.openRecoveryFile(kept.file, kept.codes.slice(1));
        await phone.openedDevices();
        await phone.shot("recovery share open");
        await phone.click("recovery-cancel");
        await phone.on("linking");
        await other.page.evaluate(damage);
        await other.page.reload();
        await phone.on("unusable");
        await unfold(other.page);
        await phone.shot("unusable");
    } finally {
        await other.close();
    }
    clean();
});

test("every page of the open wallet, on both devices", LIMIT, async () => {
    demo = await connectDemo(world);
    for (const device of [world.browser, world.phone]) {
        // A page in the background draws once a second.
        await device.page.bringToFront();
        await device.home();
        await device.shot("home");
        for (const tab of ["send", "receive", "nav-activity", "nav-devices", "nav-sites", "nav-settings"]) {
            if ((await device.hook(tab).count()) === 0) await device.home();
            if ((await device.hook(tab).count()) === 0) continue;
            await device.click(tab);
            await device.on(tab.replace("nav-", ""));
            await unfold(device.page);
            await device.shot(tab);
        }
        await device.home();
        await device.click("nav-settings");
        await device.hook("pack-file").setInputFiles({
            buffer: Buffer.from(packSaying("Harvest rewards")),
            mimeType: "text/plain",
            name: "pack",
        });
        await device.hook("pack").waitFor();
        await device.shot("settings with a pack");
        await device.click("nav-devices");
        await device.click("recovery-row-file");
        await device.on("recovery-file");
        await device.hook("file-check").setInputFiles({
            buffer: Buffer.from("no recovery file"),
            mimeType: "text/plain",
            name: "file",
        });
        await device.refusal();
        await device.shot("recovery file refused");
        await device.hook("file-check").setInputFiles(kept.file);
        await device.hook("file-kept").waitFor();
        await device.shot("recovery file right");
        await device.click("nav-devices");
        await device.click("recovery-remove");
        await device.hook("draft-ask").waitFor();
        await device.shot("recovery share dropped");
        await device.click("draft-cancel");
        await device.click("open-matrix");
        await device.on("recovery-matrix");
        await device.shot("recovery matrix");
        for (const page of ["contacts", "allowances"]) {
            await device.home();
            await device.click("nav-settings");
            await device.click(`open-${page}`);
            await device.on(page);
            if (page === "contacts") {
                await device.hook("contact-name").fill("Bob");
                await device.hook("contact-address").fill(BOB);
                await device.click("contact-save");
                await device.hook("contact-row").waitFor();
            }
            await device.shot(page);
        }
        await device.home();
    }
    const popup = new Screens(await world.extension.open("popup.html"), { name: "popup", shots: axe });
    await popup.page.setViewportSize({ width: 384, height: 600 });
    await popup.on("home");
    await popup.shot("home");
    await popup.page.close();
    clean();
});

test("new shares: drafted, asked for on the other device, refused there", LIMIT, async () => {
    const { browser, phone } = world;
    await browser.page.bringToFront();
    await browser.home();
    await browser.click("nav-devices");
    await browser.click("rotate");
    await browser.hook("draft-ask").waitFor();
    await browser.shot("new shares drafted");
    await browser.click("draft-ask");
    await phone.page.bringToFront();
    await phone.on("change");
    await phone.shot("new shares asked");
    await phone.click("change-refuse");
    await phone.home();
    await browser.page.bringToFront();
    await browser.page.waitForSelector('[data-testid="rotate"]:not([disabled])');
    await browser.shot("new shares refused");
    await browser.home();
    clean();
});

test("a request: reviewed, waiting for the other device, done, waiting for a block", LIMIT, async () => {
    await world.chain.rpc("evm_setAutomine", false);
    await askToSend(demo);
    const window = await world.approvalWindow();
    await window.card();
    await unfold(window.page);
    await window.shot("review");
    await window.approve();
    await window.hook("approve").waitFor({ state: "detached" });
    await window.shot("waiting");
    await world.phone.card();
    await world.phone.approve("review");
    await Promise.all([window, world.phone].map((device) => device.hook("result").waitFor()));
    await window.shot("done");
    await world.phone.shot("done");
    await leave(world);
    await world.browser.page.bringToFront();
    await world.browser.home();
    await world.browser.click("nav-activity");
    await world.browser.hook("waiting-row").first().waitFor();
    await world.browser.shot("waiting for a block");
    await world.chain.rpc("evm_mine");
    await world.chain.rpc("evm_setAutomine", true);
    clean();
});

test("a dangerous request, which is acknowledged and held", LIMIT, async () => {
    await demo.bringToFront();
    const data = `0x095ea7b3${BOB.slice(2).padStart(64, "0")}${"f".repeat(64)}`;
    await demo.evaluate(
        ([to, data]) => {
            const from = document.getElementById("account").textContent;
            window.ethereum
                .request({ method: "eth_sendTransaction", params: [{ data, from, gas: "0x30000", to }] })
                .catch(() => undefined);
        },
        [BOB, data],
    );
    const window = await world.approvalWindow();
    await window.hook("acknowledge").waitFor();
    await window.shot("danger");
    await world.phone.hook("acknowledge").waitFor();
    await world.phone.shot("danger");
    await window.click("reject");
    await world.phone.home();
    await world.browser.page.bringToFront();
    await world.browser.home();
    await world.browser.click("nav-activity");
    await world.browser.page.waitForSelector('[data-testid="activity-row"]');
    await world.browser.shot("activity");
    await world.browser.click("nav-sites");
    await world.browser.click("site-history-open");
    await world.browser.on("site");
    await world.browser.shot("site history");
    clean();
});

test("trouble: no relay, a wrong password, an address that is not secure, nothing left to decide", LIMIT, async () => {
    await world.stopRelay();
    for (const device of [world.browser, world.phone]) {
        await device.page.bringToFront();
        await device.home();
        await device.hook("relay-state").waitFor();
        await device.shot("no relay");
    }
    await world.startRelay();
    const idle = await world.extension.context.newPage();
    await idle.addInitScript(() => void (window.close = () => undefined));
    await idle.goto(`${world.extension.origin}/approval.html`);
    const window = new Screens(idle, { name: "window", shots: axe });
    await window.on("idle");
    await window.shot("idle");
    await idle.close();
    await world.browser.page.bringToFront();
    await world.browser.click("lock");
    await world.browser.unlock("three halves of a token");
    await world.browser.refusal();
    await world.browser.shot("unlock refused");
    // The phone's wallet in a second tab.
    const second = await world.phoneBrowser.context.newPage();
    await second.goto(world.phoneUrl);
    await second.getByTestId("unavailable").waitFor();
    await axe.take(second, "unavailable");
    await second.close();
    clean();
});

test("axe has seen every screen that there is", LIMIT, async () => {
    const code = await readFile(join(root, "crate/ui/src/route.rs"), "utf8");
    const names = [...code.matchAll(/Self::\w+(?:\(_\))? => "([a-z-]+)"/g)].map(([, name]) => name);
    assert.ok(names.length > 15);
    assert.deepEqual(
        names.filter((name) => !axe.screens.has(name)),
        [],
    );
    console.log(`axe looked ${axe.looks} times, at ${axe.screens.size} of ${names.length} screens`);
});
