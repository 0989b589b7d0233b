// The recovery story, through the real screens: a wallet loses its phone, then its browser, and is brought back each time. Prints each
// step with hash and receipt; leaves a picture of each in shots/. Ends with 1 if anything is not as told.

import { Drill } from "./harness/drill.mjs";
import { tell } from "./harness/telling.mjs";

await tell(async (world, say) => {
    const drill = new Drill(world, { say });
    await drill.create();
    await drill.losePhone();
    await drill.recoverPhone();
    await drill.send("send from browser and new phone");
    await drill.oldPhoneIsRefused();
    await drill.oldFileIsRefused();
    await drill.loseBrowser();
    await drill.recoverBrowser();
    await drill.send("send from new browser and new phone");
    say("done");
});
