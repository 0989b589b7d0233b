// Everything that a wallet needs around it: relay with the phone's page, chain, demo page, and the three devices.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchExtension, launchPhone } from "./browser.mjs";
import { filmElement, filmNothing } from "./camera.mjs";
import { startChain } from "./chain.mjs";
import { binary, freePort, root, start } from "./process.mjs";
import { Screens } from "./screens.mjs";
import { serve } from "./server.mjs";

export const PASSWORD = "two halves of one token";

/** Starts relay, chain and demo page. Every part can be stopped and started by itself. */
export class World {
    #stops = [];

    static async start({ ports = {}, shots } = {}) {
        const world = new World();
        world.shots = shots;
        world.directory = await mkdtemp(join(tmpdir(), "symbolon-world-"));
        try {
            world.chain = await startChain({ port: ports.chain });
            world.relayPort = ports.relay ?? (await freePort());
            await world.startRelay();
            world.demo = await serve(join(root, "target/demo"), { port: ports.demo ?? 0 });
        } catch (error) {
            await world.stop();
            throw error;
        }
        return world;
    }

    get relayUrl() {
        return `ws://127.0.0.1:${this.relayPort}/v1/relay`;
    }

    get phoneUrl() {
        return `http://127.0.0.1:${this.relayPort}/`;
    }

    async startRelay() {
        this.relay = await start(
            binary("symbolon-relay"),
            ["--listen", `127.0.0.1:${this.relayPort}`, "--static", join(root, "target/web")],
            { ready: (line) => line.includes("relay is ready") },
        );
    }

    async stopRelay() {
        await this.relay?.stop();
        this.relay = undefined;
    }

    /** The extension, and its page in a tab. */
    async openExtension(options = {}) {
        this.extension = await launchExtension(options);
        this.#stops.push(() => this.extension.close());
        const page = await this.extension.open("app.html?onboarding");
        this.browser = new Screens(page, { name: "browser", shots: this.shots });
        return this.browser;
    }

    /** The phone, whose camera sees a wall so far. */
    async openPhone(options = {}) {
        this.camera = join(this.directory, "camera.y4m");
        await filmNothing(this.camera);
        this.phoneBrowser = await this.openAnotherPhone({ camera: this.camera, ...options });
        this.phone = this.screens(this.phoneBrowser.page, "phone");
        return this.phone;
    }

    /** A phone beside the owner's. */
    async openAnotherPhone(options = {}) {
        const phone = await launchPhone(this.phoneUrl, options);
        this.#stops.push(() => phone.close());
        return phone;
    }

    /** What is done on a page, with pictures by this name. */
    screens(page, name) {
        return new Screens(page, { name, shots: this.shots });
    }

    /** The native cosigner joins with a link and from then on runs headless; `version` makes it an older or newer one. */
    async startCosigner(link, { approve = false, name = "Cosigner", version } = {}) {
        const password = join(this.directory, "cosigner.password");
        await writeFile(password, `${PASSWORD}\n`);
        const args = [
            "run",
            "--json",
            "--store",
            join(this.directory, "cosigner"),
            "--password-file",
            password,
            "--relay",
            this.relayUrl,
            "--name",
            name,
            "--danger-accept-symbols",
            ...(link ? ["--join", link] : []),
            ...(approve ? ["--danger-approve-everything"] : []),
            ...(version === undefined ? [] : ["--peer-version", String(version)]),
        ];
        const program = version === undefined ? "symbolon-cosigner" : "symbolon-cosigner-testing";
        this.cosigner = await start(binary(program), args, { ready: (line) => line.startsWith("{") });
    }

    async stopCosigner() {
        await this.cosigner?.stop();
        this.cosigner = undefined;
    }

    /** Points the phone's camera at the QR code on the browser's screen. */
    async showQrToPhone() {
        await filmElement(this.camera, this.browser.hook("pair-qr"));
    }

    /** The demo page in a tab of the browser that has the extension. */
    async openDemo() {
        const page = await this.extension.context.newPage();
        page.setDefaultTimeout(20_000);
        await page.goto(this.demo.url);
        return page;
    }

    /** The approval window of the extension, whenever it opens. */
    async approvalWindow() {
        const page = await this.extension.page("approval.html", 30_000);
        return new Screens(page, { name: "browser", shots: this.shots });
    }

    async stop() {
        for (const stop of this.#stops.reverse()) await stop().catch(() => undefined);
        await this.stopCosigner().catch(() => undefined);
        await this.stopRelay().catch(() => undefined);
        await this.demo?.stop();
        await this.chain?.stop();
        await rm(this.directory, { recursive: true, force: true });
    }
}
