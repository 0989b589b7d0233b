// The recovery drill, by the owner's hands on real screens: a wallet with a recovery share loses its phone, and then its browser. Each
// time a new device, the other old one, the file and the code bring it back; what is left of the old shares is refused.

import assert from "node:assert/strict";
import { askToSend, closeWindows, connectDemo, leave, transactions } from "./signing.mjs";
import { approveOnBoth, compare, makeWallet } from "./wallet.mjs";
import { PASSWORD } from "./world.mjs";

const ANVIL = { chain: 31337, name: "Anvil", symbol: "ETH" };
const ETHER = 10n ** 18n;

export class Drill {
    /** What the owner keeps: the codes on paper, and the file's path. */
    kept;
    /** Recovery shares that were in force before, with what lay in the lost devices' profiles. */
    old = [];

    constructor(world, { say = () => undefined } = {}) {
        this.world = world;
        this.say = say;
    }

    /** A wallet of browser, phone and a recovery share, two of which sign; funded, and connected to the demo page. */
    async create() {
        const { say, world } = this;
        this.address = await makeWallet(world, { cosigner: false, recovery: (kept) => (this.kept = kept), say });
        say(`the wallet's address is ${this.address}; the recovery file has its code on paper`);
        await world.chain.fund(this.address, 10n * ETHER);
        say("funded with 10 ETH");
        this.demo = await connectDemo(world);
        await this.send("from browser and phone");
    }

    /** The demo page asks to send, both devices approve, the chain has it; the hash and the receipt are said. */
    async send(what) {
        const { address, demo, say, world } = this;
        const before = await transactions(world, address);
        await askToSend(demo);
        await approveOnBoth(world, what);
        await demo.waitForFunction(() => document.getElementById("send-result").dataset.state === "done");
        assert.equal(await transactions(world, address), before + 1);
        const hash = await demo.locator("#send-result").getAttribute("data-value");
        const receipt = await world.chain.rpc("eth_getTransactionReceipt", hash);
        assert.equal(receipt.status, "0x1");
        say(`${what}: ${hash}\n          block ${Number(receipt.blockNumber)}, gas ${Number(receipt.gasUsed)}`);
        await leave(world);
        await closeWindows(world);
    }

    /** The phone is gone: its profile stays, as a finder has it. */
    async losePhone() {
        const { say, world } = this;
        this.lostPhone = world.phoneBrowser;
        await this.lostPhone.page.close();
        say("the phone is lost");
    }

    /** A new phone gets a share of its own, with the browser's help, from file and code. */
    async recoverPhone() {
        const { world } = this;
        await this.linkNewPhone();
        await this.changeTo(world.phone, world.browser, { here: "Laptop", lost: "Phone" });
    }

    /** A new phone opens file and code, and is linked with the browser. */
    async linkNewPhone(options) {
        const { say, world } = this;
        const phone = await world.openPhone(options);
        await phone.setUp({ name: "New phone", password: PASSWORD, recover: true });
        await phone.openRecoveryFile(this.kept.file, this.kept.codes);
        await phone.codeStage("opened");
        say("a new phone opened the recovery file with the code, and links with the browser");
        const { browser } = world;
        await this.devicesPage(browser);
        const link = await browser.invite();
        await phone.joinWith(link);
        await compare(browser, phone);
    }

    /** The browser is gone, with its profile. */
    async loseBrowser() {
        const { say, world } = this;
        await world.extension.close();
        say("the browser is lost, with its profile");
    }

    /** A new browser gets a share of its own, with the phone's help. */
    async recoverBrowser() {
        const { say, world } = this;
        const browser = await world.openExtension();
        await browser.setUp({ name: "New laptop", password: PASSWORD, recover: true, relay: world.relayUrl });
        await browser.openRecoveryFile(this.kept.file, this.kept.codes);
        await browser.codeStage("opened");
        say("a new browser opened the recovery file with the code, and links with the phone");
        const { phone } = world;
        await this.devicesPage(phone);
        const link = await phone.invite();
        await browser.joinWith(link);
        await compare(phone, browser);
        await this.changeTo(browser, phone, { here: "New phone", lost: "Laptop" });
        await browser.addNetwork({ ...ANVIL, rpc: world.chain.url });
        await browser.click("nav-home");
        this.demo = await connectDemo(world);
    }

    /** The change on both screens, and the new file. */
    async changeTo(fresh, left, { here, lost }) {
        const { say } = this;
        await fresh.page.waitForSelector('[data-testid="opened"][data-missing="0"]');
        assert.deepEqual(await fresh.openedDevices(), { [here]: true, [lost]: false });
        const codes = await fresh.recover();
        await Promise.all([fresh.on("change"), left.on("change")]);
        const [words, others] = await Promise.all(
            [fresh, left].map((device) => device.hook("change-words").locator("li").allTextContents()),
        );
        assert.equal(words.length, 8);
        assert.deepEqual(others, words, "both devices show the same words");
        const [lines, same] = await Promise.all(
            [fresh, left].map((device) => device.hook("change-line").allInnerTexts()),
        );
        assert.deepEqual(same, lines, "both devices say the same of the change");
        say(`both devices say: ${lines.join("; ")}`);
        await left.shot("recovery asked");
        await left.click("change-agree");
        await fresh.click("change-agree");
        await fresh.on("keep-file");
        this.old.push(this.kept);
        const file = await fresh.keepFile(this.world.directory);
        this.kept = { codes, file };
        await fresh.on("home");
        await fresh.shot("recovered");
        assert.equal(await fresh.address(), this.address, "the address stays");
        say(`recovered: ${lost} is replaced, the address is the same, a new file and a new code are kept`);
    }

    /** The lost phone is found by somebody who knows its password: its share is worthless, and it drops it. */
    async oldPhoneIsRefused() {
        const { say } = this;
        const page = await this.lostPhone.context.newPage();
        const found = this.world.screens(page, "found phone");
        await page.goto(this.world.phoneUrl);
        await found.unlock(PASSWORD);
        await found.on("linking");
        await page.waitForSelector('[data-testid="notice"][data-code="device/removed"]');
        await found.shot("lost phone found");
        say("the lost phone, unlocked, was told that it is none of the wallet's devices, and its share is gone");
        await this.lostPhone.close();
    }

    /** The old file opens with the old code alone, and nobody deals with what is in it. */
    async oldFileIsRefused() {
        const { say, world } = this;
        const [old] = this.old;
        const { browser } = world;
        const phone = await world.openAnotherPhone();
        const thief = world.screens(phone.page, "stranger");
        await thief.setUp({ name: "Stranger", password: PASSWORD, recover: true });
        await thief.openRecoveryFile(old.file, this.kept.codes);
        assert.equal((await thief.refusal()).code, "recovery/wrong-code");
        await thief.openRecoveryFile(old.file, old.codes);
        await thief.codeStage("opened");
        await this.devicesPage(browser);
        await thief.joinWith(await browser.invite());
        await compare(browser, thief);
        await thief.hook("opened-old").waitFor();
        assert.equal(await thief.hook("draw-code").count(), 0, "nothing can be asked for with it");
        await thief.shot("old recovery file");
        say(
            "the old file does not open with the new code; with its own it is one old share, and the browser deals nothing with it",
        );
        await phone.close();
    }

    async devicesPage(screens) {
        await screens.page.bringToFront();
        await screens.home();
        await screens.click("nav-devices");
        await screens.on("devices");
    }
}
