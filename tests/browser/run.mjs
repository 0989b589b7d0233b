// Everything running, and a browser window at the onboarding page. Ends with Ctrl-C or with the window.

import { World } from "./harness/world.mjs";

const world = await World.start({ ports: { chain: 8545, demo: 8788, relay: 8787 } });
const { page } = await world.openExtension({ headless: false, signals: false });
// The tab that every browser begins with, and the one that the extension opened for itself.
for (const other of page.context().pages()) if (other !== page) await other.close();
console.log(`
  Wallet       the window that just opened
  Phone        ${world.phoneUrl}   (on a phone: through an https address, or paste the invitation's link)
  Demo dApp    ${world.demo.url}
  Chain        ${world.chain.url}   chain id 31337; add it in Settings, Networks
  Cosigner     symbolon-cosigner run --store DIR --join LINK

  Ether for an address:
    curl -s ${world.chain.url} -H 'content-type: application/json' \\
      -d '{"id":1,"jsonrpc":"2.0","method":"anvil_setBalance","params":["ADDRESS","0x8ac7230489e80000"]}'

  End with Ctrl-C.
`);
const ended = new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    page.context().once("close", resolve);
});
await ended;
await world.stop();
process.exit(0);
