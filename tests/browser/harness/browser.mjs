// Real Chromium: one with the extension, one that plays the phone.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./process.mjs";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-default-browser-check",
    "--disable-features=Translate,MediaRouter",
];

function flags() {
    // Chromium refuses its sandbox to root.
    return process.getuid?.() === 0 ? [...QUIET, "--no-sandbox"] : QUIET;
}

/**
 * Chromium with the extension loaded. Its own pages open as tabs: `open("app.html")`. Without `signals` it is the
 * caller who ends it on Ctrl-C; else the browser, and this very process, end at once.
 */
export async function launchExtension({
    directory = join(root, "target/extension"),
    headless = true,
    profile,
    signals = true,
} = {}) {
    const home = profile ?? (await mkdtemp(join(tmpdir(), "symbolon-extension-")));
    const context = await chromium.launchPersistentContext(home, {
        executablePath: CHROMIUM,
        headless: false,
        viewport: null,
        args: [
            ...(headless ? ["--headless=new"] : []),
            `--disable-extensions-except=${directory}`,
            `--load-extension=${directory}`,
            "--window-size=1100,900",
            ...flags(),
        ],
        handleSIGHUP: signals,
        handleSIGINT: signals,
        handleSIGTERM: signals,
        ignoreDefaultArgs: ["--disable-extensions"],
    });
    blockStrangers(context);
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker", { timeout: 15_000 }));
    const id = new URL(worker.url()).host;
    const origin = `chrome-extension://${id}`;
    return {
        context,
        home,
        id,
        origin,
        async open(path) {
            const page = await context.newPage();
            await page.goto(`${origin}/${path}`);
            return page;
        },
        /** The open page at this path, or the next one that opens. */
        async page(path, timeout = 15_000) {
            const late = Date.now() + timeout;
            // Asked again and again: a new page has another address at first.
            for (;;) {
                const page = context
                    .pages()
                    .find((one) => one.url().startsWith(`${origin}/${path}`) && !one.isClosed());
                if (page) return page;
                if (Date.now() > late) throw new Error(`no page ${path} within ${timeout} ms`);
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
        },
        /** Kills the worker as the browser does, from a page's session: a debugger on the worker would keep it alive. */
        async killWorker(page) {
            const session = await context.newCDPSession(page);
            await session.send("ServiceWorker.enable");
            await session.send("ServiceWorker.stopAllWorkers");
            await session.detach();
        },
        async close() {
            await context.close();
            if (!profile) await rm(home, { recursive: true, force: true });
        },
    };
}

/** Chromium as a phone: small, with touch, and with a camera that films the file `camera` (y4m or mjpeg). */
export async function launchPhone(url, { camera, headless = true, profile } = {}) {
    const home = profile ?? (await mkdtemp(join(tmpdir(), "symbolon-phone-")));
    const film = camera
        ? [
              "--use-fake-ui-for-media-stream",
              "--use-fake-device-for-media-stream",
              `--use-file-for-fake-video-capture=${camera}`,
          ]
        : [];
    const context = await chromium.launchPersistentContext(home, {
        executablePath: CHROMIUM,
        headless: false,
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        hasTouch: true,
        isMobile: true,
        permissions: camera ? ["camera"] : [],
        args: [...(headless ? ["--headless=new"] : []), ...film, ...flags()],
    });
    blockStrangers(context);
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(url);
    return {
        context,
        home,
        page,
        async close() {
            await context.close();
            if (!profile) await rm(home, { recursive: true, force: true });
        },
    };
}

/** Tests talk to this machine only; what a page wants from elsewhere fails at once instead of being waited for. */
function blockStrangers(context) {
    void context.route(
        (url) => /^https?:$/.test(url.protocol) && !["127.0.0.1", "localhost"].includes(url.hostname),
        (route) => route.abort(),
    );
}
