// Recovery shares are looked after, on real screens: a new code takes the place of an old one, its file is kept again, a passkey is
// made beside it, and stands for the code on a device that lost its share.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { authenticator } from "./harness/passkeys.mjs";
import { compare, makeWallet } from "./harness/wallet.mjs";
import { PASSWORD, World } from "./harness/world.mjs";

const LIMIT = { timeout: 240_000 };
let kept;
let world;

before(
    async () => {
        world = await World.start();
        await makeWallet(world, { cosigner: false, recovery: (it) => void (kept = it) });
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

async function devicesPage(screens) {
    await screens.page.bringToFront();
    await screens.home();
    await screens.click("nav-devices");
    await screens.on("devices");
}

/** Sheets of the recovery shares, with whether their files were kept. */
const sheets = (screens) =>
    screens
        .hook("recovery-row")
        .evaluateAll((rows) => Object.fromEntries(rows.map((row) => [row.dataset.sheet, row.dataset.kept === "true"])));

/** Asks for what is drafted, which is agreeing, agrees on the phone, and waits until so many files are to be kept. */
async function change(lines, unkept) {
    const { browser, phone } = world;
    assert.deepEqual(await browser.hook("draft-line").allInnerTexts(), lines);
    await browser.click("draft-ask");
    await phone.on("change");
    await phone.click("change-agree");
    await browser.on("devices");
    for (let tries = 0; ; tries += 1) {
        const all = Object.values(await sheets(browser));
        if (all.length > 0 && all.filter((isKept) => !isKept).length === unkept) return;
        assert.ok(tries < 300, `still ${all}`);
        await browser.page.waitForTimeout(100);
    }
}

test("a new code takes the place of the old one, and its file is kept", LIMIT, async () => {
    const { browser, phone } = world;
    await devicesPage(browser);
    const [old] = Object.keys(await sheets(browser));
    await browser.click("recovery-new-code");
    const codes = await browser.drawAndTypeCode();
    await browser.on("devices");
    const fresh = (await browser.hook("draft-line").last().innerText()).match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)[0];
    await change(
        [
            `End the recovery share of sheet ${old}: its code and its files become worthless`,
            `New recovery share, for the code on sheet ${fresh}`,
        ],
        1,
    );
    assert.deepEqual(await sheets(browser), { [fresh]: false });
    await browser.click("nav-home");
    await browser.click("file-keep");
    await browser.on("recovery-file");
    await browser.hook("file-check").setInputFiles(kept.file);
    assert.equal((await browser.refusal()).code, "recovery/old-epoch");
    kept = { codes, file: await browser.keepFile(world.directory) };
    await browser.hook("file-kept").waitFor();
    await devicesPage(phone);
    await phone.page.waitForSelector(`[data-testid="recovery-row"][data-sheet="${fresh}"][data-kept="true"]`);
});

test("a passkey stands for a code, beside the sheet, and opens its file where the share was lost", LIMIT, async () => {
    const { browser, phone } = world;
    await devicesPage(browser);
    const [sheet] = Object.keys(await sheets(browser));
    const virtual = await authenticator(browser.page);
    await browser.click("recovery-add");
    await browser.page.check('[data-testid="code-kind"][value="passkey"]');
    await browser.click("code-draw");
    await browser.codeStage("once-more");
    await browser.click("code-passkey");
    await browser.codeStage("ready");
    assert.equal(await virtual.count(), 1);
    await browser.click("code-continue");
    await browser.on("devices");
    const line = await browser.hook("draft-line").innerText();
    await change([line], 2);
    const second = Object.keys(await sheets(browser)).find((one) => one !== sheet);
    await browser.page.locator(`[data-sheet="${second}"]`).getByTestId("recovery-row-file").click();
    const file = await browser.keepFile(world.directory);
    await browser.hook("file-kept").waitFor();

    await browser.click("nav-settings");
    await browser.hook("erase-confirmation").fill("erase");
    await browser.click("erase");
    // The page remembers that a wallet was created on it.
    await browser.on("set-up");
    await browser.click("back");
    await browser.setUp({ name: "Laptop again", password: PASSWORD, recover: true, relay: world.relayUrl });
    await browser.on("recover");
    await browser.click("recovery-passkey");
    assert.equal((await browser.refusal()).code, "recovery/no-file");
    await browser.hook("recovery-file").setInputFiles(file);
    await browser.click("recovery-passkey");
    await browser.codeStage("opened");
    await devicesPage(phone);
    await browser.joinWith(await phone.invite());
    await compare(phone, browser);
    await browser.page.waitForSelector('[data-testid="opened"][data-missing="0"]');
    assert.deepEqual(await browser.openedDevices(), { Laptop: false, Phone: true });
});
