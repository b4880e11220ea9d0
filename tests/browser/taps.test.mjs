// How many taps and screens the main job takes, from an empty composer to the password's link and back to the server's own system:
// counted by doing it. docs/rescue.md quotes these numbers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { PHONE_LIGHT, become, channel, command, message, push, reboots } from "./demo.mjs";
import { story } from "./story.mjs";

/** A thumb that counts: what it taps, and how often something else fills the screen then. */
class Thumb {
  taps = 0;
  typed = 0;
  screens = 1;

  constructor(page) { this.page = page; }

  async tap(locator) {
    this.taps += 1;
    await push(locator);
  }

  async type(text) {
    this.typed += text.length;
    await this.page.keyboard.type(text);
  }

  /** Types the beginning of a command and of a server, and taps what is offered for each. */
  async command(typed, path, server) {
    await this.tap(this.page.locator("#text"));
    await this.type(typed);
    await this.tap(this.page.getByRole("option", { name: path }).first());
    await this.server(server);
  }

  async server(name) {
    await this.type(name.slice(0, 3));
    await this.tap(this.page.getByRole("option", { name: new RegExp(`^${name}`) }).first());
    await this.tap(this.page.getByRole("button", { name: "Send" }));
  }

  /** Something else fills the screen. */
  turned() { this.screens += 1; }

  get count() { return { taps: this.taps, typed: this.typed, screens: this.screens }; }
}

/** That the book says these numbers. */
async function quoted(job, { taps, typed, screens }) {
  const book = await readFile(new URL("../../docs/rescue.md", import.meta.url), "utf8");
  assert.ok(book.includes(`| ${job} | ${taps} | ${typed} | ${screens} |`), `docs/rescue.md says otherwise than: ${job}: ${taps} taps, ${typed} letters, ${screens} screens`);
}

/** That a message is no higher than the room between the bars of a phone. */
async function fits(page, text) {
  const room = await page.locator("#log").evaluate((log) => log.clientHeight);
  const { height } = await message(page, text).boundingBox();
  assert.ok(height <= room, `it fits a screen: ${height} of ${room}`);
}

story("the DM fits a screen in French, too", [PHONE_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await become(page, "Camille");
  await command(page, "rescue enable", "web-1");
  await push(page.getByRole("button", { name: "Confirmer" }));
  await push(page.locator(".toast", { hasText: "mot de passe" }));
  await message(page, "Qui a le lien").getByText(".rdp").first().waitFor();
  await fits(page, "Qui a le lien");
});

story("the main job is counted: to the link, and back from it", [PHONE_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  const there = new Thumb(page);
  await there.command("/res", "/rescue enable", "web-1");
  await there.tap(page.getByRole("button", { name: "Confirm" }));
  await there.tap(page.locator(".toast", { hasText: "Direct messages" }));
  there.turned();
  const link = message(page, "Whoever has the link").locator("a.button", { hasText: "Show password" });
  const box = await link.boundingBox();
  assert.ok(box && box.y + box.height <= device.viewport.height, "the link is on the screen without scrolling");
  await fits(page, "Whoever has the link");
  await quoted("from an empty composer to the link on the screen", there.count);

  const back = new Thumb(page);
  await back.tap(message(page, "Whoever has the link").getByRole("button", { name: "Restore now" }));
  await back.tap(page.getByRole("button", { name: "Confirm" }));
  await quoted("from the DM to the restore that runs", back.count);
  await reboots(page, "web-1", 2);
});

story("from the message that rings, one tap leads to the DM and one chip to the command", [PHONE_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  const setup = new Thumb(page);
  await setup.command("/res", "/rescue enable", "web-1");
  await setup.tap(page.getByRole("button", { name: "Confirm" }));
  const end = message(page, "In rescue");
  await end.getByText("Rang your phone").waitFor({ state: "attached" });

  const dm = new Thumb(page);
  await dm.tap(end.locator("a, button", { hasText: "Open DM" }).first());
  dm.turned();
  await message(page, "Whoever has the link").waitFor();
  await quoted("from the message that rings to the DM", dm.count);

  await channel(page, "ops");
  const back = new Thumb(page);
  await back.tap(message(page, "In rescue").locator("button.mention", { hasText: "/restore" }));
  await back.server("web-1");
  await back.tap(page.getByRole("button", { name: "Confirm" }));
  await quoted("from a message that names the command to the restore that runs", back.count);
  await reboots(page, "web-1", 2);
});
