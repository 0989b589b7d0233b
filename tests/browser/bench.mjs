// What an owner waits for, end to end on this machine: cold start of the worker, a request until it is to be seen on both
// devices, tap to signature. Marks are taken where things happen, in the page, the worker, the window and the phone: all
// read the one clock of this machine.

import { launchExtension } from "./harness/browser.mjs";
import { serve } from "./harness/server.mjs";
import { approveOnBoth, makeWallet } from "./harness/wallet.mjs";
import { World } from "./harness/world.mjs";

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const print = (name, values) => {
    const sorted = [...values].sort((a, b) => a - b);
    console.log(
        `${name.padEnd(44)} median ${median(values).toFixed(1).padStart(8)} ms   ` +
            `${sorted[0].toFixed(1)} to ${sorted.at(-1).toFixed(1)}   n = ${values.length}`,
    );
};

await coldStart();
await tapToSignature();
process.exit(0);

async function coldStart() {
    const site = await serve(undefined, { extra: { "/": { body: "<!doctype html><title>page</title>" } } });
    const extension = await launchExtension();
    const page = await extension.context.newPage();
    await page.goto(site.url);
    const ask = () =>
        page.evaluate(async () => {
            const began = performance.now();
            await window.ethereum.request({ method: "eth_chainId" });
            return performance.now() - began;
        });
    await ask();
    const [cold, warm] = [[], []];
    for (let round = 0; round < 15; round += 1) {
        await extension.killWorker(page);
        await page.waitForTimeout(200);
        cold.push(await ask());
        warm.push(await ask());
    }
    print("eth_chainId, worker dead", cold);
    print("eth_chainId, worker running", warm);
    await extension.close();
    await site.stop();
}

async function tapToSignature() {
    const world = await World.start();
    try {
        await makeWallet(world);
        const worker = world.extension.context.serviceWorkers().at(-1);
        await worker.evaluate(markRequests);
        await world.extension.context.addInitScript(markPaint);
        const phoneWorker = world.phone.page.workers()[0];
        await phoneWorker.evaluate(markFrames);
        await world.phone.page.evaluate(markPhone);
        const demo = await world.openDemo();
        await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
        await (await world.approvalWindow()).approve();
        await demo.waitForFunction(() => document.getElementById("account").textContent.startsWith("0x"));
        const [painted, shown, first, shownThere, waits] = [[], [], [], [], []];
        // The first one is not counted: it opens the phone's connection to the marks.
        for (let round = 0; round < 16; round += 1) {
            await demo.bringToFront();
            const signed = demo.evaluate(signedAt);
            await phoneWorker.evaluate(() => void (globalThis.delivered = []));
            await world.phone.page.evaluate(() => void (window.shown = undefined));
            await demo.click("#personal button");
            const asked = await world.approvalWindow();
            const paint = await (
                await asked.page.waitForFunction(() => window.marks?.first && window.marks.card && window.marks)
            ).jsonValue();
            const { window } = await approveOnBoth(world, "bench");
            const at = await signed;
            const reached = await worker.evaluate(() => globalThis.reached);
            // What comes before is the end of the request before.
            const there = await phoneWorker.evaluate(
                (reached) => globalThis.delivered.find((at) => at >= reached),
                reached,
            );
            const phone = await world.phone.page.evaluate(() => ({ shown: window.shown, tapped: window.tapped }));
            if (round > 0) {
                painted.push(paint.first - reached);
                shown.push(paint.card - reached);
                first.push(there - reached);
                shownThere.push(phone.shown - reached);
                waits.push(at - phone.tapped);
            }
            await world.phone.closeResult();
            if (!window.page.isClosed()) await window.closeResult().catch(() => undefined);
        }
        print("request at the worker to window painted", painted);
        print("request at the worker to its card painted", shown);
        print("request at the worker to first byte on phone", first);
        print("request at the worker to card on phone", shownThere);
        print("last tap (phone) to signature (page)", waits);
    } finally {
        await world.stop();
    }
}

// In the extension's worker: when a page's request came. Pages that connect later are seen.
function markRequests() {
    chrome.runtime.onConnect.addListener((port) => {
        if (port.name !== "provider") return;
        port.onMessage.addListener(({ method }) => {
            if (method === "personal_sign") globalThis.reached = performance.timeOrigin + performance.now();
        });
    });
}

// In every page of the extension: when an approval window painted first, and when it had painted the request's card.
function markPaint() {
    if (!location.pathname.endsWith("/approval.html")) return;
    const marks = (window.marks = {});
    new PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries())
            if (name === "first-contentful-paint") marks.first = performance.timeOrigin + startTime;
    }).observe({ buffered: true, type: "paint" });
    const observer = new MutationObserver(() => {
        if (!document.querySelector('[data-testid="card-headline"]')) return;
        observer.disconnect();
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => (marks.card = performance.timeOrigin + performance.now());
            after.port2.postMessage(undefined);
        });
    });
    observer.observe(document, { childList: true, subtree: true });
}

// In the phone's worker: when the relay delivered something. Heard from the socket's next use on.
function markFrames() {
    globalThis.delivered = [];
    // crate/link/src/mailbox/frame.rs: version, then the number of the variant.
    const DELIVER = 2;
    const heard = new WeakSet();
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (...given) {
        if (!heard.has(this)) {
            heard.add(this);
            this.addEventListener("message", ({ data }) => {
                if (new Uint8Array(data)[1] === DELIVER)
                    globalThis.delivered.push(performance.timeOrigin + performance.now());
            });
        }
        return send.apply(this, given);
    };
}

// In the phone's page: when a card was to be seen, and when "approve" was tapped.
function markPhone() {
    const now = () => performance.timeOrigin + performance.now();
    new MutationObserver(() => {
        if (document.querySelector('[data-testid="card-headline"]')) window.shown ??= now();
    }).observe(document, { childList: true, subtree: true });
    addEventListener(
        "click",
        (event) => event.target.closest?.('[data-testid="approve"]') && (window.tapped = now()),
        true,
    );
}

// In the demo page: when the signature came.
function signedAt() {
    return new Promise((resolve) => {
        const place = document.getElementById("personal-result");
        delete place.dataset.state;
        const observer = new MutationObserver(() => {
            if (place.dataset.state !== "done") return;
            observer.disconnect();
            resolve(performance.timeOrigin + performance.now());
        });
        observer.observe(place, { attributes: true });
    });
}
