// A story: a world with pictures of each step, what is said on the way with the time, and what every part said last if it fails.

import { join } from "node:path";
import { root } from "./process.mjs";
import { Shots } from "./shots.mjs";
import { World } from "./world.mjs";

/** Tells a story and ends this process: with 1 if it throws. `story` is given the world, what says a step, and the pictures. */
export async function tell(story) {
    const began = Date.now();
    const say = (text) => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);
    const shots = new Shots(join(root, "shots"));
    await shots.begin();
    const world = await World.start({ shots });
    let failed = false;
    try {
        await story(world, say, shots);
    } catch (error) {
        failed = true;
        console.error(error);
        await world.browser?.shot("failure").catch(() => undefined);
        await world.phone?.shot("failure").catch(() => undefined);
        for (const page of world.extension?.context.pages() ?? [])
            await shots.take(page, "failure page").catch(() => undefined);
        for (const line of world.cosigner?.lines.slice(-15) ?? []) console.error(`cosigner: ${line}`);
        for (const line of world.relay?.lines.slice(-10) ?? []) console.error(`relay: ${line}`);
    } finally {
        await world.stop();
    }
    process.exit(failed ? 1 : 0);
}
