// A story: told once on each of some devices, with a demo of its own; and pictures of it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";

import { Demo, closeBrowser } from "./demo.mjs";

const PICTURES = process.env.PICTURES;

/** Tells a story on each device. Afterwards the browser has complained of nothing, and the demo is gone without a trace. */
export function story(name, devices, tell) {
  for (const device of devices) {
    test(`${name} (${device.name})`, async (context) => {
      const demo = await Demo.start();
      try {
        await tell({ demo, device, skip: (why) => context.skip(why) });
      } catch (error) {
        await lastLook(demo, `${name}, ${device.name}`);
        await demo.stop();
        throw error;
      }
      const { faults } = demo;
      const { code, left } = await demo.stop();
      assert.deepEqual(faults, [], "the browser complained");
      assert.equal(code, 0, "Ctrl-C ends it cleanly");
      assert.deepEqual(left, [], "it leaves nothing behind");
    });
  }
}

after(closeBrowser);

/** A picture for README or docs/, if this run makes some. */
export async function picture(page, name) {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** What every page showed when a story went wrong. */
async function lastLook(demo, name) {
  if (!PICTURES) return;
  const pages = demo.contexts.flatMap((context) => context.pages());
  for (const [at, page] of pages.entries()) {
    const path = join(PICTURES, `failed ${name.replaceAll(/[^a-z, ]/gi, "")} ${at}.png`);
    // A page that hangs has no picture; the story's own error says more.
    await page.screenshot({ path, timeout: 5000 }).catch(() => {});
  }
  if (demo.faults.length) console.error(`the browser complained: ${demo.faults.join("\n")}`);
}
