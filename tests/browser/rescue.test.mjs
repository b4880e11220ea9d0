// A rescue from the first slash to the end of the restore, and what may go wrong on the way.

import assert from "node:assert/strict";

import { ALL, DESK_DARK, DESK_LIGHT, PHONE_DARK, PHONE_LIGHT, accessible, channel, command, message, push, reboots, server, side } from "./demo.mjs";
import { picture, story } from "./story.mjs";

story("from a slash to the link and back", ALL, async ({ demo, device }) => {
  const page = await demo.open(device);
  const pictured = async (name) => { if (device === PHONE_LIGHT) await picture(page, name); };
  await command(page, "rescue enable", "web-1");
  const card = message(page, "Reboot into the Windows rescue");
  await card.getByText("Only you can see this").waitFor();
  await pictured("demo-phone-confirm");
  await accessible(page, "the confirmation");
  await push(card.getByRole("button", { name: "Confirm" }));
  await message(page, /Rebooting|In rescue/).waitFor();

  // The DM rings; a phone shows it without its link.
  const ring = page.locator(".toast", { hasText: "Direct messages" });
  assert.ok(!(await ring.innerText()).includes("http"), "a lock screen shows no link");
  await pictured("demo-phone-ring");
  await push(ring);
  const dm = message(page, "Whoever has the link");
  await dm.getByText(".rdp").first().waitFor();
  await dm.getByText("Rang your phone").waitFor({ state: "attached" });
  await dm.evaluate((element) => element.scrollIntoView({ block: "start" }));
  await pictured("demo-phone-dm");
  await accessible(page, "the DM");

  const [opened] = await Promise.all([page.context().waitForEvent("page"), push(dm.locator("a", { hasText: "Show password" }))]);
  demo.watch(opened);
  await push(opened.getByRole("button", { name: "Show the password" }));
  await opened.getByText("fake-password-").waitFor();
  await accessible(opened, "the secret's page");
  await opened.close();

  const [file] = await Promise.all([page.waitForEvent("download"), push(dm.locator(".file", { hasText: ".rdp" }))]);
  assert.match(file.suggestedFilename(), /^[\w.-]+\.rdp$/);

  await push(dm.getByRole("button", { name: "Restore now" }));
  await push(page.getByRole("button", { name: "Confirm" }));
  await message(page, "wiped").waitFor();
  assert.equal(await page.locator('.message a[href*="/secret/"]').count(), 0, "the link is wiped");
  await channel(page, "ops");
  await message(page, "Restored").waitFor();
  assert.ok(!(await page.locator("#log").innerText()).includes("/secret/"), "the channel never had the link");

  await side(page, "OVHcloud");
  await reboots(page, "web-1", 2);
  await server(page, "web-1").getByText("its own system").waitFor();
  await accessible(page, "OVHcloud's side");
});

story("without a mouse, a whole rescue and back", [DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  /** Goes from one element to the next until the focus is on this one, and presses it. */
  const reach = async (label, step) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if ((await focused()).startsWith(label)) return page.keyboard.press("Enter");
      await page.keyboard.press(step);
    }
    throw new Error(`the keyboard does not get to ${label}`);
  };
  await page.locator("#text").focus();
  await page.keyboard.type("/rescue en");
  await page.getByRole("option", { name: "/rescue enable" }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.type("web");
  await page.getByRole("option", { name: /^web-2/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Cancel" }).waitFor();
  await reach("Cancel", "Shift+Tab");
  await page.getByRole("button", { name: "Cancel" }).waitFor({ state: "detached" });
  await reboots(page, "web-1", 0);

  await page.locator("#text").focus();
  await page.keyboard.type("/rescue enable web-1");
  await page.getByRole("option", { name: /^web-1/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Confirm" }).waitFor();
  await reach("Confirm", "Shift+Tab");
  await message(page, "In rescue").waitFor();
  await reach("Restore now", "Shift+Tab");
  await page.getByRole("button", { name: "Confirm" }).waitFor();
  await page.locator("#text").focus();
  await reach("Confirm", "Shift+Tab");
  await message(page, "Restored").waitFor();
  await reboots(page, "web-1", 2);
});

story("killed in the middle: nothing is doubled, nothing is lost", [DESK_LIGHT, PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await command(page, "rescue enable", "web-1");
  await push(page.getByRole("button", { name: "Confirm" }));
  await side(page, "OVHcloud");
  await reboots(page, "web-1", 1);
  await push(page.getByRole("button", { name: "Kill and restart the bot" }));
  await page.getByText("The bot is dead").waitFor();
  await page.getByText("Bernard: offline").waitFor({ state: "attached" });
  await side(page, "Discord");
  await page.getByText("Bernard: online").waitFor();
  await message(page, "In rescue").waitFor();
  if (device === DESK_LIGHT) await picture(page, "demo-desk");
  await reboots(page, "web-1", 1);
  await channel(page, "Bernard");
  await page.locator('.message .content a[href*="/secret/"]').first().waitFor();
  assert.equal(await page.locator(".message", { has: page.locator('.content a[href*="/secret/"]') }).count(), 1, "one DM");
});

story("a lost answer to the reboot is no second reboot", [DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await push(page.getByRole("button", { name: "Lose the answer to the next reboot" }));
  await page.locator('button[aria-pressed="true"]', { hasText: "Lose the answer to the next reboot" }).waitFor();
  await command(page, "rescue enable", "web-1");
  await push(page.getByRole("button", { name: "Confirm" }));
  // At once: the list of calls is short, and those that look for the task push it out.
  await page.locator("#calls li.writes", { hasText: "/reboot" }).getByText("no answer").waitFor();
  await message(page, "In rescue").waitFor();
  await reboots(page, "web-1", 1);
});

story("a task that never ends is said, and restoring leads out", [DESK_LIGHT, PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await side(page, "OVHcloud");
  await push(page.getByRole("button", { name: "The next task never ends" }));
  await page.locator('button[aria-pressed="true"]', { hasText: "The next task never ends" }).waitFor();
  await side(page, "Discord");
  await command(page, "rescue enable", "web-1");
  await push(page.getByRole("button", { name: "Confirm" }));
  const late = message(page, "OVHcloud takes long");
  await late.getByText("Rang your phone").waitFor({ state: "attached" });
  await push(late.getByRole("button", { name: "Restore now" }));
  await push(page.locator(".message.ephemeral").last().getByRole("button", { name: "Confirm" }));
  await message(page, "Restored").waitFor();
  await reboots(page, "web-1", 2);
});

story("a boot script is said before it is displaced, and stands there again in the end", [DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await push(page.getByRole("button", { name: "web-1 starts its own boot script" }));
  await server(page, "web-1").getByText("its own boot script").waitFor();
  await command(page, "rescue enable", "web-1");
  await message(page, "It starts its own boot script now").waitFor();
  await push(page.getByRole("button", { name: "Confirm" }));
  const end = message(page, "In rescue");
  await push(end.getByRole("button", { name: "Restore now" }));
  await push(page.locator(".message.ephemeral").last().getByRole("button", { name: "Confirm" }));
  await message(page, "Restored").waitFor();
  await server(page, "web-1").locator("dd", { hasText: "its own boot script" }).waitFor();
});

story("a failed task is told as one", [PHONE_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await side(page, "OVHcloud");
  await push(page.getByRole("button", { name: "Fail the next task" }));
  await page.locator('button[aria-pressed="true"]', { hasText: "Fail the next task" }).waitFor();
  await side(page, "Discord");
  await command(page, "rescue enable", "web-1");
  await push(page.getByRole("button", { name: "Confirm" }));
  await message(page, "Reboot failed").waitFor();
});
