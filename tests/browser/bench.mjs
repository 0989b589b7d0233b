// What an owner waits for, end to end on this machine: cold start of the worker, tap to signature.

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
        const demo = await world.openDemo();
        await demo.locator('button[data-rdns="org.symbolon.wallet"]').click();
        await (await world.approvalWindow()).approve();
        await demo.waitForFunction(() => document.getElementById("account").textContent.startsWith("0x"));
        // The page notes when the signature came; the phone when it was tapped. Both read the same clock.
        await world.phone.page.evaluate(() => {
            addEventListener(
                "click",
                (event) => event.target.closest?.('[data-testid="approve"]') && (window.tapped = Date.now()),
                true,
            );
        });
        const waits = [];
        for (let round = 0; round < 7; round += 1) {
            await demo.bringToFront();
            const signed = demo.evaluate(
                () =>
                    new Promise((resolve) => {
                        const place = document.getElementById("personal-result");
                        delete place.dataset.state;
                        const observer = new MutationObserver(() => {
                            if (place.dataset.state !== "done") return;
                            observer.disconnect();
                            resolve(Date.now());
                        });
                        observer.observe(place, { attributes: true });
                    }),
            );
            await demo.click("#personal button");
            const { window } = await approveOnBoth(world, "bench");
            const at = await signed;
            waits.push(at - (await world.phone.page.evaluate(() => window.tapped)));
            await world.phone.closeResult();
            if (!window.page.isClosed()) await window.closeResult().catch(() => undefined);
        }
        print("last tap (phone) to signature (page)", waits);
    } finally {
        await world.stop();
    }
}
