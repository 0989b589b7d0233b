// Takes a picture of every state in light and dark, and runs axe on each. Exits with 1 if axe finds anything.
//   node look.mjs <gallery's address> <directory for the pictures> [name of a state…]

import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const [address, directory, ...wanted] = process.argv.slice(2);
const sizes = {
  approval: { width: 420, height: 680 },
  full: { width: 1100, height: 800 },
  onboarding: { width: 1000, height: 860 },
  phone: { width: 390, height: 780 },
  popup: { width: 384, height: 600 },
};
const states = await (await fetch(`${address}/samples.json`)).json();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
await mkdir(directory, { recursive: true });
let found = 0;
for (const [name, { screen }] of Object.entries(states)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const theme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: sizes[screen], colorScheme: theme, bypassCSP: true });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.log(`${name} ${theme}: ${error}`));
    page.on("console", (message) => message.type() === "error" && console.log(`${name} ${theme}: ${message.text()}`));
    await page.goto(`${address}/?state=${name}&theme=${theme}`);
    await page.waitForSelector("main h1", { timeout: 20_000 });
    await page.waitForTimeout(1300);
    await page.screenshot({ path: `${directory}/${name}-${theme}.png` });
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) {
      found += 1;
      console.log(`${name} ${theme}: ${wide} px wider than its window`);
    }
    for (const { id, help, nodes } of violations) {
      found += 1;
      console.log(`${name} ${theme}: ${id}: ${help}`);
      for (const node of nodes.slice(0, 3)) console.log(`    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split("\n")[1] ?? ""}`);
    }
    await context.close();
  }
}
await browser.close();
console.log(found === 0 ? "nothing found" : `${found} findings`);
process.exit(found === 0 ? 0 : 1);
