// The program that answers questions about requests, `crate/chain/examples/answers.rs`, as a child of this process.

import { once } from "node:events";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Answers {
    #child;
    #lines;

    constructor(program) {
        this.#child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
        this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    }

    /** Asks all of them at once; the answers come in the same order. */
    ask(questions) {
        this.#child.stdin.write(questions.map((question) => JSON.stringify(question) + "\n").join(""));
    }

    async next() {
        const { value, done } = await this.#lines.next();
        if (done) throw new Error("the program that answers has ended");
        return JSON.parse(value);
    }

    async end() {
        const left = once(this.#child, "exit");
        this.#child.stdin.end();
        const [code] = await left;
        if (code !== 0) throw new Error(`the program that answers left with ${code}`);
    }
}
