// What the tests stand on: a world that cannot be started leaves nothing running.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort } from "./harness/process.mjs";
import { World } from "./harness/world.mjs";

const LIMIT = { timeout: 60_000 };

/** A port that is taken for as long as `use` runs. */
async function withTakenPort(use) {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        await use(server.address().port);
    } finally {
        await new Promise((resolve) => server.close(resolve));
    }
}

const answers = (url) =>
    fetch(url).then(
        () => true,
        () => false,
    );

test("a world whose relay does not start stops its chain", LIMIT, async () => {
    const chain = await freePort();
    await withTakenPort((relay) => assert.rejects(World.start({ ports: { chain, relay } })));
    assert.equal(await answers(`http://127.0.0.1:${chain}`), false);
});

test("a world whose demo page cannot be served stops relay and chain", LIMIT, async () => {
    const [chain, relay] = [await freePort(), await freePort()];
    await withTakenPort((demo) => assert.rejects(World.start({ ports: { chain, demo, relay } })));
    assert.equal(await answers(`http://127.0.0.1:${chain}`), false);
    assert.equal(await answers(`http://127.0.0.1:${relay}/`), false);
});
