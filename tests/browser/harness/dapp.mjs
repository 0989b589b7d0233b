// `@metamask/test-dapp` as a page: served as it is, with what a test must add around it.

import { join } from "node:path";
import { root } from "./process.mjs";
import { serve } from "./server.mjs";

export function serveTestDapp() {
    return serve(join(root, "node_modules/@metamask/test-dapp/dist"));
}

/**
 * Opens it in the browser with the extension, and chooses our provider. Its buttons stay disabled unless a provider
 * says `isMetaMask`; ours does not, so the page is shown one that does, and is the same in all else.
 */
export async function openTestDapp(context, url) {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.addInitScript(() => {
        window.calls = [];
        const wrapped = new WeakMap();
        const wrap = (provider) => {
            if (!wrapped.has(provider)) {
                // What the page asks and what it gets, for the test to look at.
                const request = (asked) => {
                    let call = asked;
                    // What another page would ask: this one demands of every bundle that it be one transaction.
                    if (window.contentWithSteps && asked.method === "wallet_sendCalls")
                        call = { ...asked, params: [{ ...asked.params[0], atomicRequired: false }] };
                    const entry = { method: call.method, params: structuredClone(call.params) };
                    window.calls.push(entry);
                    const answer = provider.request(call);
                    answer.then(
                        (result) => Object.assign(entry, { done: true, result }),
                        ({ code, data, message }) => Object.assign(entry, { done: true, code, data, message }),
                    );
                    return answer;
                };
                const proxy = new Proxy(provider, {
                    get: (target, name) => {
                        if (name === "isMetaMask") return true;
                        return name === "request" ? request : Reflect.get(target, name, target);
                    },
                    set: (target, name, value) => Reflect.set(target, name, value, target),
                });
                wrapped.set(provider, proxy);
            }
            return wrapped.get(provider);
        };
        window.addEventListener(
            "eip6963:announceProvider",
            (event) => {
                if (event.detail.wrapped) return;
                // The page's own SDK puts something else at `window.ethereum`.
                window.announced = event.detail.provider;
                event.stopImmediatePropagation();
                const detail = { info: event.detail.info, provider: wrap(event.detail.provider), wrapped: true };
                window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
            },
            true,
        );
        if (window.ethereum) window.ethereum = wrap(window.ethereum);
    });
    await page.goto(url, { waitUntil: "domcontentloaded" });
    // It asks for the chain before its buttons do anything.
    await page.waitForFunction(() => document.getElementById("chainId")?.textContent.startsWith("0x"));
    await page.waitForSelector("#connectButton:not([disabled])");
    return page;
}
