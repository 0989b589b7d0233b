// What an owner does on a screen of ours, by the hooks of crate/ui/src/testids.rs. The same for both devices.

import { join } from "node:path";

/** Machines that build at the same time are slow; nothing here measures. */
const FIND_MS = 45_000;

export class Screens {
    constructor(page, { name, shots } = {}) {
        this.page = page;
        this.name = name ?? "screen";
        this.shots = shots;
        page.setDefaultTimeout(FIND_MS);
    }

    hook(id) {
        return this.page.getByTestId(id);
    }

    /** Waits for a screen by its name, `home` or `approval`. */
    async on(...names) {
        const selector = names.map((name) => `[data-testid="screen"][data-screen-name="${name}"]`).join(", ");
        await this.page.waitForSelector(selector, { timeout: FIND_MS });
    }

    async click(id) {
        await this.hook(id).click();
    }

    async shot(step) {
        await this.shots?.take(this.page, `${step} ${this.name}`);
    }

    /** First run: create, join or recover, name, password, relay. */
    async setUp({ join = false, name, password, recover = false, relay }) {
        await this.on("welcome");
        await this.shot("welcome");
        await this.click(recover ? "recover" : join ? "join" : "create");
        await this.on("set-up");
        await this.hook("device-name").fill(name);
        await this.hook("password").fill(password);
        await this.hook("password-again").fill(password);
        if (relay) {
            await this.hook("advanced").locator("summary").click();
            await this.hook("relay-url").fill(relay);
        }
        await this.shot("set up");
        await this.click("set-up");
    }

    async unlock(password) {
        await this.on("unlock");
        await this.hook("unlock-password").fill(password);
        await this.click("unlock");
    }

    /** Shows an invitation and gives its link. */
    async invite() {
        await this.click("invite");
        await this.stage("waiting");
        await this.shot("invitation");
        return this.hook("pair-link").inputValue();
    }

    /** Pastes another device's link. */
    async joinWith(link) {
        await this.on("linking", "join", "recover");
        if ((await this.hook("join-link").count()) === 0) await this.click("join-other");
        await this.hook("join-link").fill(link);
        await this.click("join-submit");
    }

    /** Code and sentence of a pairing that failed. */
    async pairingFailure() {
        await this.stage("failed");
        const stage = this.hook("pairing-stage");
        return {
            code: await stage.getAttribute("data-code"),
            message: await stage.getByRole("alert").first().innerText(),
        };
    }

    /** Code and sentence with which a form was refused. */
    async refusal() {
        const error = this.hook("form-error");
        await error.waitFor();
        return { code: await error.getAttribute("data-code"), message: (await error.innerText()).trim() };
    }

    /** Fills in a transfer of the owner's own and sends it to review. */
    async send({ amount, to }) {
        await this.click("nav-home");
        await this.click("send");
        await this.on("send");
        await this.hook("send-to").fill(to);
        await this.hook("send-amount").fill(amount);
        await this.click("send-submit");
    }

    /** Waits until the request on screen has this status; gives what is said about it. */
    async status(name) {
        const status = this.page.locator(`[data-testid="request-status"][data-status="${name}"]`);
        await status.waitFor();
        return status.innerText();
    }

    async stage(name) {
        await this.page.waitForSelector(`[data-testid="pairing-stage"][data-stage="${name}"]`, { timeout: FIND_MS });
    }

    /** The six names that are shown for comparison. */
    async symbols() {
        await this.stage("compare");
        return this.hook("symbol").evaluateAll((all) => all.map((one) => one.dataset.name));
    }

    async sameSymbols() {
        await this.shot("symbols");
        await this.click("symbols-same");
    }

    async rosterWords() {
        await this.on("roster");
        return this.hook("roster-words").locator("li").allTextContents();
    }

    /** Chooses who holds shares and how many must sign, and makes the key; with a recovery share, its codes are given. */
    async createKey(threshold, { guardians, recovery = false } = {}) {
        await this.page.check(`[data-testid="recovery-choice"][value="${recovery ? "with" : "without"}"]`);
        const choice = this.page.locator(`[data-testid="threshold"][value="${threshold}"]`);
        // Two devices leave no choice.
        if (await choice.count()) await choice.check();
        let codes = [];
        if (recovery) {
            await this.shot("key choice with a recovery share");
            await this.click("draw-code");
            codes = await this.drawAndTypeCode({ guardians });
            await this.on("linking");
        }
        const spare = this.hook("accept-no-spare");
        if (await spare.count()) await spare.check();
        await this.shot("key choice");
        await this.click("create-key");
        return codes;
    }

    /**
     * On the screen that draws a recovery code: draws it, reads it from the screen, and types it in; `guardians` as
     * `{ guardians: 3, needed: 2 }`. Gives the codes, one for each sheet.
     */
    async drawAndTypeCode({ guardians } = {}) {
        await this.on("recovery-code");
        await this.shot("recovery code");
        if (guardians) {
            await this.page.check('[data-testid="code-kind"][value="split"]');
            await this.hook("guardians").selectOption(String(guardians.guardians));
            await this.hook("guardians-needed").selectOption(String(guardians.needed));
            await this.shot("recovery code for guardians");
        }
        await this.click("code-draw");
        await this.codeStage("shown");
        const codes = await this.hook("code-sheet").evaluateAll((sheets) =>
            sheets.map((sheet) =>
                [...sheet.querySelectorAll('[data-testid="code-group"]')].map((group) => group.textContent).join("-"),
            ),
        );
        await this.shot("recovery code shown");
        await this.click("code-written");
        await this.codeStage("type-in");
        await this.typeCodes(codes.slice(0, guardians?.needed ?? 1));
        await this.shot("recovery code typed in");
        await this.click("code-confirm");
        await this.codeStage("ready");
        await this.shot("recovery code is right");
        await this.click("code-continue");
        return codes;
    }

    async codeStage(name) {
        await this.page.waitForSelector(`[data-testid="recovery-stage"][data-stage="${name}"]`, { timeout: FIND_MS });
    }

    /** Types codes into the fields that are there, and asks for more fields where there are too few. */
    async typeCodes(codes) {
        for (const [place, code] of codes.entries()) {
            const fields = this.hook("code-input");
            if ((await fields.count()) <= place) await this.click("code-add");
            await fields.nth(place).fill(code);
        }
    }

    /** Saves the recovery file on screen into a directory, and chooses it again; gives its path. */
    async keepFile(directory) {
        await this.on("keep-file", "recovery-file");
        await this.shot("recovery file");
        const path = await this.saveFile(directory);
        await this.hook("file-check").setInputFiles(path);
        return path;
    }

    async saveFile(directory) {
        const [download] = await Promise.all([this.page.waitForEvent("download"), this.click("file-download")]);
        const path = join(directory, download.suggestedFilename());
        await download.saveAs(path);
        return path;
    }

    /** Opens a recovery file with its code, or guardians' codes, on a device that was set up to recover. */
    async openRecoveryFile(path, codes) {
        await this.on("recover");
        await this.codeStage("open");
        await this.hook("recovery-file").setInputFiles(path);
        await this.typeCodes(codes);
        await this.shot("recovery file and code");
        await this.click("recovery-open");
    }

    /** The devices of the wallet that is being recovered, by name, with whether each is here. */
    async openedDevices() {
        await this.codeStage("opened");
        return Object.fromEntries(
            await this.hook("opened-device").evaluateAll((all) =>
                all.map((one) => [one.dataset.name, one.dataset.here === "true"]),
            ),
        );
    }

    /** Enough devices are there: draws a new code and asks all devices for new shares; gives the new codes. */
    async recover({ guardians } = {}) {
        await this.page.waitForSelector('[data-testid="opened"][data-missing="0"]');
        await this.shot("recovery share open");
        await this.click("draw-code");
        const codes = await this.drawAndTypeCode({ guardians });
        await this.on("recover");
        await this.shot("recovery ready");
        await this.click("recovery-ask");
        return codes;
    }

    async address() {
        return this.hook("address").getAttribute("data-address");
    }

    async addNetwork({ chain, name, rpc, symbol }) {
        await this.click("nav-settings");
        const form = this.page.locator("details, form").filter({ has: this.hook("network-rpc") });
        // The form may be folded.
        const summary = this.page
            .locator("details")
            .filter({ has: this.hook("network-rpc") })
            .locator("summary");
        if ((await summary.count()) && !(await this.hook("network-rpc").isVisible())) await summary.first().click();
        await form.first().waitFor();
        await this.hook("network-name").fill(name);
        await this.hook("network-rpc").fill(rpc);
        await this.hook("network-chain").fill(String(chain));
        await this.hook("network-symbol").fill(symbol);
        await this.shot("add network");
        await this.click("network-add");
        await this.page.waitForSelector(`[data-testid="network-row"][data-chain="${chain}"]`);
        await this.hook("network-picker").selectOption(String(chain));
    }

    /** The request on screen: its card as this device decoded it, once it is known what would be signed. */
    async card() {
        await this.on("approval");
        await this.page.waitForSelector('[data-testid="request"]:not([data-status="preparing"])');
        return {
            digest: (await this.hook("digest").count()) ? await this.hook("digest").textContent() : "",
            // Without what keeps a cut address on one line.
            headline: (await this.hook("card-headline").innerText()).trim().split("\n").at(-1).replaceAll("\u2060", ""),
            origin: await this.hook("request-origin").getAttribute("data-origin"),
            request: await this.hook("request").getAttribute("data-request"),
            risks: await this.hook("risk").evaluateAll((all) =>
                all.map((one) => `${one.dataset.severity} ${one.dataset.code}`),
            ),
            rows: Object.fromEntries(
                await this.hook("card-row").evaluateAll((all) =>
                    all.map((one) => [one.dataset.label, one.dataset.value]),
                ),
            ),
        };
    }

    /** Approves as a person does: reads, acknowledges what is dangerous, waits until the button is armed, presses. */
    async approve(step) {
        const button = this.hook("approve");
        await button.waitFor();
        const acknowledge = this.hook("acknowledge");
        if (await acknowledge.count()) await acknowledge.check();
        await this.armed();
        if (step) await this.shot(step);
        if ((await button.getAttribute("data-hold")) === "true") await button.click({ delay: 2_500 });
        else await button.click();
    }

    /** Waits until "approve" can be pressed. */
    async armed() {
        await this.page.waitForSelector('[data-testid="approve"][data-armed="true"]:not([disabled])');
    }

    /** Leaves what is shown of requests that ended, until the wallet's own pages are there. */
    async home() {
        const { page } = this;
        const either = page.locator('[data-testid="result-close"], [data-testid="nav-home"]').first();
        for (;;) {
            await either.waitFor();
            const close = this.hook("result-close");
            if ((await close.count()) === 0) return this.click("nav-home");
            await close.click().catch(() => undefined);
            await page.waitForTimeout(100);
        }
    }

    /** Leaves the screen that says how a request ended. */
    async closeResult() {
        await this.hook("result").waitFor();
        const outcome = await this.hook("result").getAttribute("data-outcome");
        await this.click("result-close").catch(() => undefined);
        return outcome;
    }
}
