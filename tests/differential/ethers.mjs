// Compares what the wallet reads in requests, and the digests it signs, with ethers 6.
//
//   node tests/differential/ethers.mjs <program> [inputs of each kind, 1000] [seed, 1]
//
// `program` is crate/chain/examples/answers.rs, built. `./build.sh differential` does both.

import { Answers } from "./answers.mjs";
import * as calls from "./calls.mjs";
import { cases } from "./cases.mjs";
import * as messages from "./messages.mjs";
import { Random } from "./random.mjs";
import * as transactions from "./transactions.mjs";
import * as typed from "./typed.mjs";

const [program, inputs = "1000", seed = "1"] = process.argv.slice(2);
if (!program) {
    console.error("ethers.mjs <program> [inputs] [seed]");
    process.exit(2);
}

const answers = new Answers(program);
const outcomes = new Map();

async function compare(kind, batch) {
    for (const { question, check } of batch) {
        const answer = await answers.next();
        try {
            const outcome = `${kind}, ${check(answer)}`;
            outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        } catch (error) {
            console.error(`seed ${seed}, ${kind}: ${JSON.stringify(question)}\nanswered ${JSON.stringify(answer)}`);
            throw error;
        }
    }
}

const published = [...cases()];
answers.ask(published.map(([, { question }]) => question));
for (const [kind, one] of published) await compare(`published ${kind}`, [one]);

const BATCH = 500;
for (const [number, [kind, { make }]] of Object.entries({ calls, messages, transactions, typed }).entries()) {
    const random = new Random(Number(seed) * 4 + number);
    const draw = (from) => {
        const length = Math.min(BATCH, Number(inputs) - from);
        const batch = Array.from({ length }, () => make(random));
        answers.ask(batch.map(({ question }) => question));
        return batch;
    };
    // One batch ahead, so that neither side waits for the other.
    let batch = draw(0);
    for (let from = BATCH; batch.length > 0; from += BATCH) {
        const following = from < Number(inputs) ? draw(from) : [];
        await compare(kind, batch);
        batch = following;
    }
}
await answers.end();

for (const [outcome, count] of [...outcomes].sort()) console.log(`${String(count).padStart(8)}  ${outcome}`);
const { userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(`${calls.met.size} functions, ${inputs} inputs of each kind, seed ${seed}: no difference`);
console.log(`${((userCPUTime + systemCPUTime) / 1e6).toFixed(0)} s of CPU time in node`);
