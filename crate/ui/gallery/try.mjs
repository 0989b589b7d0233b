// Presses what a person presses, against the gallery's host, and says what came out. Exits with 1 at the first surprise.
//   node try.mjs <gallery's address>

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require("playwright-core");

const [address] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

async function open(state, size = { width: 420, height: 680 }, hash = "") {
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on("pageerror", (error) => console.log(`${state}: ${error}`));
  await page.goto(`${address}/?state=${state}${hash}`);
  await page.waitForSelector("main h1");
  const hook = (name) => page.getByTestId(name);
  const sent = async (type) =>
    (await page.evaluate(() => globalThis.sent))
      .filter((message) => message.type === "command" && message.command.type === type)
      .map((message) => message.command);
  const until = async (type) => {
    for (let tries = 0; tries < 60; tries += 1) {
      const found = await sent(type);
      if (found.length > 0) return found[0];
      await page.waitForTimeout(50);
    }
    throw new Error(`${type} was not sent`);
  };
  /** Changes the view as a host would. */
  const change = (edit) =>
    page.evaluate((body) => {
      const view = structuredClone(globalThis.shown);
      new Function("view", body)(view);
      globalThis.shown = view;
      globalThis.show(view);
    }, edit);
  return { change, close: () => context.close(), hook, page, sent, until };
}

const tries = {
  async "approve is dead for a second, and sends the digest that is shown"() {
    const { close, hook, page, sent, until } = await open("approval");
    assert.equal(await hook("approve").isDisabled(), true);
    await hook("approve").click({ force: true }).catch(() => undefined);
    assert.deepEqual(await sent("approve"), []);
    await page.waitForTimeout(1200);
    await hook("approve").click();
    const command = await until("approve");
    assert.equal(command.request, "r1");
    assert.equal(command.digest, await hook("digest").textContent());
    assert.equal((await until("openRequest")).request, "r1");
    await close();
  },
  async "a lost focus disarms"() {
    const { close, hook, page } = await open("approval");
    await page.waitForTimeout(1200);
    assert.equal(await hook("approve").isDisabled(), false);
    await page.evaluate(() => window.dispatchEvent(new Event("blur")));
    assert.equal(await hook("approve").isDisabled(), true);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await page.waitForTimeout(500);
    assert.equal(await hook("approve").isDisabled(), true);
    await page.waitForTimeout(700);
    assert.equal(await hook("approve").isDisabled(), false);
    await close();
  },
  async "another digest under the finger disarms"() {
    const { change, close, hook, page } = await open("approval");
    await page.waitForTimeout(1200);
    await change(`view.requests[0].card.digest = "0x" + "ab".repeat(32);`);
    await page.waitForTimeout(200);
    assert.equal(await hook("approve").isDisabled(), true);
    await page.waitForTimeout(1100);
    assert.equal(await hook("approve").isDisabled(), false);
    await close();
  },
  async "a script's click approves nothing"() {
    const { close, page, sent } = await open("approval");
    await page.waitForTimeout(1200);
    await page.evaluate(() => document.querySelector('[data-testid="approve"]').click());
    await page.waitForTimeout(100);
    assert.deepEqual(await sent("approve"), []);
    await close();
  },
  async "danger is acknowledged, then held"() {
    const { close, hook, page, sent, until } = await open("approval-danger");
    await page.waitForTimeout(1200);
    assert.equal(await hook("approve").isDisabled(), true);
    await hook("acknowledge").check();
    await hook("approve").click();
    await page.waitForTimeout(1400);
    assert.deepEqual(await sent("approve"), []);
    await hook("approve").hover();
    await page.mouse.down();
    await page.waitForTimeout(600);
    await page.mouse.up();
    await page.waitForTimeout(900);
    assert.deepEqual(await sent("approve"), []);
    await page.mouse.down();
    await until("approve");
    await close();
  },
  async "danger is held with the keyboard as well"() {
    const { close, hook, page, sent, until } = await open("approval-danger");
    await page.waitForTimeout(1200);
    await hook("acknowledge").focus();
    await page.keyboard.press("Space");
    await hook("approve").focus();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(1400);
    assert.deepEqual(await sent("approve"), []);
    await page.keyboard.down("Space");
    await until("approve");
    await close();
  },
  async "the next request does not slip under the finger"() {
    const { change, close, hook, page } = await open("approval-queue");
    assert.equal(await hook("queue").textContent(), "1 of 10");
    await hook("queue-next").click();
    assert.equal(await hook("request").getAttribute("data-request"), "r1");
    await change("view.requests.shift();");
    await page.waitForTimeout(100);
    assert.equal(await hook("request").getAttribute("data-request"), "r1");
    await hook("later").click();
    await hook("requests-waiting").click();
    assert.equal(await hook("screen").getAttribute("data-screen-name"), "approval");
    await close();
  },
  async "how a request ended is shown before anything else"() {
    const { change, close, hook } = await open("approval");
    await change(`
      view.activity = [{ at: view.now, chainId: 1, devices: ["A"], explorerUrl: "javascript:alert(1)", headline: "Sent", id: "r1",
        kind: "send", origin: "https://a.example", outcome: { type: "submitted" }, transaction: "0x12" }];
      view.requests = [];`);
    assert.equal(await hook("result").getAttribute("data-outcome"), "submitted");
    assert.equal(await hook("result").getAttribute("data-transaction"), "0x12");
    await close();
  },
  async "set-up says what is wrong, then sends"() {
    const { close, hook, page, sent, until } = await open("welcome", { width: 1000, height: 860 });
    await hook("create").click();
    await hook("device-name").fill("Desk");
    await hook("password").fill("short");
    await hook("password-again").fill("other");
    await hook("set-up").click();
    assert.match(await page.textContent("#password-complaint"), /8 characters/);
    assert.deepEqual(await sent("setUp"), []);
    await hook("password").fill("seven lamps over a harbour");
    await hook("password-again").fill("seven lamps over a harbour");
    await hook("set-up").click();
    assert.equal((await until("setUp")).deviceName, "Desk");
    await close();
  },
  async "a link in the page's address is filled in and taken out of the address"() {
    const { close, hook, page, until } = await open("linking-alone", { width: 390, height: 780 }, "#pair=abc");
    assert.match(await hook("join-link").inputValue(), /#pair=abc$/);
    assert.equal(new URL(page.url()).hash, "");
    await hook("join-submit").click();
    assert.match((await until("joinPairing")).link, /#pair=abc$/);
    await close();
  },
  async "two of two must be accepted in words"() {
    const { close, hook, until } = await open("linking-two", { width: 1000, height: 860 });
    assert.equal(await hook("create-key").isDisabled(), true);
    await hook("accept-no-spare").check();
    await hook("create-key").click();
    assert.deepEqual(await until("createKey"), { type: "createKey", threshold: 2, acceptNoSpare: true });
    await close();
  },
  async "two of three is the default"() {
    const { close, hook, until } = await open("linking-three", { width: 1000, height: 860 });
    await hook("create-key").click();
    assert.deepEqual(await until("createKey"), { type: "createKey", threshold: 2, acceptNoSpare: false });
    await close();
  },
  async "the six symbols are answered"() {
    const { close, hook, until } = await open("pair-compare", { width: 1000, height: 860 });
    assert.equal(await hook("symbol").count(), 6);
    await hook("symbols-different").click();
    assert.equal((await until("confirmPairing")).same, false);
    await close();
  },
  async "a wrong password is said, and can be tried again"() {
    const { close, hook, until } = await open("unlock", { width: 384, height: 600 });
    assert.equal(await hook("unlock-password").evaluate((input) => input === document.activeElement), true);
    await hook("unlock-password").fill("refuse me");
    await hook("unlock").click();
    await hook("form-error").waitFor();
    await hook("unlock-password").fill("right");
    await hook("unlock").click();
    await until("unlock");
    await hook("form-error").waitFor({ state: "detached" });
    await close();
  },
  async "a transfer is checked, then asked for"() {
    const { close, hook, page, sent, until } = await open("home", { width: 384, height: 600 });
    await hook("send").click();
    await hook("send-to").fill("0x12");
    await hook("send-amount").fill("0");
    await hook("send-submit").click();
    assert.deepEqual(await sent("send"), []);
    assert.match(await page.textContent("#send-to-complaint"), /full address/);
    await hook("send-to").fill("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359");
    await hook("send-token").selectOption({ index: 1 });
    await hook("send-amount").fill("1.5");
    await hook("send-submit").click();
    const command = await until("send");
    assert.equal(command.amount, "1.5");
    assert.equal(command.token, "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB");
    await close();
  },
  async "a fee is edited"() {
    const { close, hook, until } = await open("approval");
    await hook("fee-edit").click();
    await hook("fee-speed").nth(2).click();
    assert.deepEqual((await until("editFee")).fee, { type: "speed", speed: "fast" });
    await close();
  },
  async "an offline signer is replaced in one step"() {
    const { close, hook, until } = await open("approval-offline");
    await hook("cosigner-save").click();
    assert.equal((await until("chooseCosigners")).devices.length, 1);
    await close();
  },
  async "what was typed survives a new view"() {
    const { change, close, hook, page } = await open("home", { width: 384, height: 600 });
    await hook("send").click();
    await hook("send-to").fill("0xabc");
    await change("view.balances[0].amount = '99'; view.now += 1000;");
    await page.waitForTimeout(100);
    assert.equal(await hook("send-to").inputValue(), "0xabc");
    assert.equal(await hook("send-to").evaluate((input) => input === document.activeElement), true);
    await close();
  },
  async "the wallet hears of its owner at most twice a minute"() {
    const { close, page, sent } = await open("home", { width: 384, height: 600 });
    for (let index = 0; index < 5; index += 1) await page.keyboard.press("Tab");
    assert.equal((await sent("touch")).length, 1);
    await close();
  },
};

for (const [name, run] of Object.entries(tries)) {
  await run();
  console.log(`ok  ${name}`);
}
await browser.close();
