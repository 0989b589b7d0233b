// The recovery drill: create, fund, lose the phone, recover, sign; old shares are refused; then the browser, the same way round.

import { after, before, test } from "node:test";
import { Drill } from "./harness/drill.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 240_000 };
let drill;
let world;

before(
    async () => {
        world = await World.start();
        drill = new Drill(world);
        await drill.create();
    },
    { timeout: 240_000 },
);

after(() => world?.stop());

test("a lost phone is recovered with browser, file and code, and signs", LIMIT, async () => {
    await drill.losePhone();
    await drill.recoverPhone();
    await drill.send("from browser and new phone");
});

test("the lost phone's share and the old file are good for nothing", LIMIT, async () => {
    await drill.oldPhoneIsRefused();
    await drill.oldFileIsRefused();
});

test("a lost browser is recovered with phone, file and code, and signs", LIMIT, async () => {
    await drill.loseBrowser();
    await drill.recoverBrowser();
    await drill.send("from new browser and new phone");
});
