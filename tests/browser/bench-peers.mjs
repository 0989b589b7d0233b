// Other cores beside ours, per party, as wasm under node: one module, one run, one clock.
//
//   node tests/browser/bench-peers.mjs [runs]

import { cpu, show, warm } from "./bench-node.mjs";

const runs = Number(process.argv[2] ?? "5");
const peers = await warm("peers", (code) => code.side_by_side(2, 2, 1, cpu));

show("wasm, node, CPU time: one signer with the whole key", JSON.parse(peers.floor(runs, cpu)));
for (const [threshold, parties] of [
    [2, 2],
    [2, 3],
    [3, 5],
]) {
    const rows = JSON.parse(peers.side_by_side(threshold, parties, runs, cpu));
    show(`wasm, node, CPU time: ${threshold} of ${parties}`, rows);
}
