// The demo in a real browser: what a newcomer does with it, on a phone and at a desk.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";

import { DESK, Demo, PHONE, accessible, become, channel, closeBrowser, command, message, server } from "./demo.mjs";

const PICTURES = process.env.PICTURES;
let demo;

beforeEach(async () => { demo = await Demo.start(); });
afterEach(async () => {
  const { faults } = demo;
  const { code, left } = await demo.stop();
  assert.deepEqual(faults, [], "the browser complained");
  assert.equal(code, 0, "Ctrl-C ends it cleanly");
  assert.deepEqual(left, [], "it leaves nothing behind");
});
after(closeBrowser);

async function picture(page, name) {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

async function reboots(page, name, count) {
  await server(page, name).getByText(count === 1 ? "1 reboot by the bot" : `${count} reboots by the bot`).waitFor({ state: "attached" });
}

test("from a slash to the link and back, with one thumb", async () => {
  const page = await demo.open(PHONE);
  await command(page, "rescue enable", "web-1");
  const card = message(page, "into rescue?");
  await card.getByText("Only you can see this").waitFor();
  await picture(page, "demo-phone-confirm");
  await card.getByRole("button", { name: "Confirm" }).tap();
  await message(page, "Rebooting").waitFor();
  await picture(page, "demo-phone-progress");

  // The DM rings; a phone shows it without its link.
  const ring = page.locator(".toast", { hasText: "Direct messages" });
  assert.ok(!(await ring.innerText()).includes("http"), "a lock screen shows no link");
  await picture(page, "demo-phone-ring");
  await ring.tap();
  const dm = message(page, "Below is the link");
  await dm.getByText(".rdp").first().waitFor();
  await dm.evaluate((element) => element.scrollIntoView({ block: "start" }));
  await picture(page, "demo-phone-dm");

  const [opened] = await Promise.all([page.context().waitForEvent("page"), dm.locator("a", { hasText: "Open the link" }).tap()]);
  demo.watch(opened);
  await opened.getByRole("button", { name: "Show the password" }).click();
  await opened.getByText("fake-password-").waitFor();
  await accessible(opened, "the secret's page");
  await opened.close();

  await dm.getByRole("button", { name: "Restore now" }).tap();
  await message(page, "wiped").waitFor();
  assert.equal(await page.locator('.message a[href*="/secret/"]').count(), 0, "the link is wiped");
  await channel(page, "ops");
  await message(page, "Restored").waitFor();
  assert.ok(!(await page.locator("#log").innerText()).includes("/secret/"), "the channel never had the link");

  await page.getByRole("tab", { name: "OVHcloud" }).tap();
  await reboots(page, "web-1", 2);
  await server(page, "web-1").getByText("its own system").waitFor();
});

test("a viewer is refused, and only the viewer sees it", async () => {
  const page = await demo.open(PHONE);
  await become(page, "Victor");
  await page.locator("#text").tap();
  await page.keyboard.type("/rescue enable web-1");
  await page.getByRole("option", { name: "Nothing fits" }).waitFor();
  await page.keyboard.press("Enter");
  const refusal = page.locator(".message.ephemeral").last();
  await refusal.locator(".content").waitFor();
  assert.equal(await refusal.getByRole("button", { name: "Confirm" }).count(), 0);
  await picture(page, "demo-phone-refused");
  await become(page, "Ann");
  await message(page, "Is anybody on call?").waitFor();
  assert.equal(await page.locator(".message.ephemeral").count(), 0);
  await page.getByRole("tab", { name: "OVHcloud" }).tap();
  await reboots(page, "web-1", 0);
});

test("closed DMs: the link is revealed to its person, and to nobody else", async () => {
  const page = await demo.open(PHONE);
  await page.locator("#who").tap();
  await page.getByRole("switch").uncheck();
  await page.getByRole("button", { name: "Close" }).tap();
  await command(page, "rescue enable", "db-1");
  await page.getByRole("button", { name: "Confirm" }).tap();
  const waiting = message(page, "you take no DMs");
  await waiting.getByRole("button", { name: "Reveal link" }).waitFor();

  const other = await demo.open(PHONE);
  await become(other, "Camille");
  await other.getByRole("button", { name: "Reveal link" }).last().tap();
  await other.locator(".message.ephemeral .content").last().waitFor();
  assert.equal(await other.locator('.message a[href*="/secret/"]').count(), 0, "not to somebody else");

  await waiting.getByRole("button", { name: "Reveal link" }).tap();
  const revealed = page.locator(".message.ephemeral", { has: page.locator('a[href*="/secret/"]') });
  await revealed.first().waitFor();
  assert.equal(await other.locator('.message a[href*="/secret/"]').count(), 0);
});

test("in French for who reads French", async () => {
  const page = await demo.open(PHONE);
  await become(page, "Camille");
  await page.getByText("Bienvenue dans #ops").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.locator("#text").tap();
  await page.keyboard.type("/resc");
  await page.getByRole("option").getByText("mot de passe").first().waitFor();
  await page.locator("#text").fill("");
  await command(page, "rescue enable", "proxy-1");
  await message(page, "mode rescue").getByText("Vous seul pouvez voir ce message").waitFor();
  await picture(page, "demo-phone-french");
  await page.locator(".message.ephemeral .button").first().tap();
  await page.locator(".toast", { hasText: "Messages privés" }).tap();
  await message(page, "proxy-1").locator('a[href*="/secret/"]').first().waitFor();
});

test("killed in the middle: nothing is doubled, nothing is lost", async () => {
  const page = await demo.open(DESK);
  await command(page, "rescue enable", "web-1");
  await page.getByRole("button", { name: "Confirm" }).click();
  await reboots(page, "web-1", 1);
  await page.getByRole("button", { name: "Kill and restart the bot" }).click();
  await page.getByText("The bot is dead").waitFor();
  await page.getByText("Bernard: offline").waitFor();
  await picture(page, "demo-desk-killed");
  await page.getByText("Bernard: online").waitFor();
  await message(page, "In rescue").waitFor();
  await picture(page, "demo-desk");
  await reboots(page, "web-1", 1);
  await channel(page, "Bernard");
  await page.locator('.message .content a[href*="/secret/"]').first().waitFor();
  assert.equal(await page.locator(".message", { has: page.locator('.content a[href*="/secret/"]') }).count(), 1, "one DM");
});

test("a lost answer to the reboot is no second reboot", async () => {
  const page = await demo.open(DESK);
  const trouble = page.getByRole("button", { name: "Lose the answer to the next reboot" });
  await trouble.click();
  await page.locator('button[aria-pressed="true"]', { hasText: "Lose the answer to the next reboot" }).waitFor();
  await command(page, "rescue enable", "web-1");
  await page.getByRole("button", { name: "Confirm" }).click();
  await message(page, "In rescue").waitFor();
  await reboots(page, "web-1", 1);
  await page.locator("#calls li.writes", { hasText: "/reboot" }).getByText("no answer").waitFor();
});

test("a failed task is told as one", async () => {
  const page = await demo.open(DESK);
  await page.getByRole("button", { name: "Fail the next task" }).click();
  await command(page, "rescue enable", "web-1");
  await page.getByRole("button", { name: "Confirm" }).click();
  await message(page, "Reboot failed").waitFor();
});

test("while the bot is dead, Discord says that it did not respond", async () => {
  const page = await demo.open(DESK);
  await page.locator("#text").click();
  await page.keyboard.type("/help ");
  await page.getByRole("button", { name: "Kill and restart the bot" }).click();
  await page.getByText("Bernard: offline").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Sending command…").waitFor();
  await page.getByText("The application did not respond").waitFor();
  await page.getByRole("button", { name: "Dismiss message" }).click();
  assert.equal(await page.getByText("The application did not respond").count(), 0);
});

test("what people and bots write stays text", async () => {
  const page = await demo.open(DESK);
  await page.locator("#text").fill('<img src=x onerror="alert(1)"> **<b>bold</b>** `<i>` [x](javascript:alert(1)) <@200000000000000002> <t:0:d>');
  await page.keyboard.press("Enter");
  const said = message(page, "onerror");
  await said.waitFor();
  const inside = await said.locator(".content").evaluate((element) => [...element.querySelectorAll("*")].map((child) => child.localName));
  assert.deepEqual(inside.sort(), ["code", "p", "span", "strong", "time"]);
  assert.equal(await said.locator("strong").last().innerText(), "<b>bold</b>");
  assert.equal(await said.locator(".mention").innerText(), "@Victor");
});

test("menus, forms and embeds are shown if they come", async () => {
  const page = await demo.open(PHONE);
  const sent = [];
  await page.route("**/api/{select,submit}", (route) => { sent.push(route.request().postDataJSON()); return route.fulfill({ json: {} }); });
  await page.evaluate(async () => {
    const [{ messageElement }, { openForm }] = [await import("/message.js"), await import("/form.js")];
    const app = {
      chat: { me: { id: "1", name: "Ann" }, bot: "3", people: {} }, names: { people: {}, roles: {}, channels: {} },
      pressedOn: () => null, did: (doing) => doing,
    };
    const options = [{ label: "Windows", value: "w" }, { label: "Linux", value: "l" }];
    document.getElementById("log").append(messageElement({
      id: "9", author: { id: "3", username: "bernard" }, timestamp: new Date().toISOString(), content: "Which one?", attachments: [],
      embeds: [{ title: "Fleet", description: "**7** servers", color: 0x1c7a43, fields: [{ name: "In rescue", value: "`build-1`", inline: true }] }],
      components: [{ type: 1, components: [{ type: 3, custom_id: "which", placeholder: "System", options }] }],
    }, app));
    const field = { type: 4, custom_id: "why", label: "Reason", style: 1, required: true, max_length: 100 };
    openForm({ id: "8", modal: { title: "Break the glass", custom_id: "glass", components: [{ type: 1, components: [field] }] } }, app);
  });
  await page.getByLabel("Reason").fill("disk full");
  await accessible(page, "a form");
  await page.getByRole("dialog").getByRole("button", { name: "Submit" }).tap();
  await page.getByText("7 servers").waitFor();
  await page.getByLabel("System").selectOption("Linux");
  await accessible(page, "a menu and an embed");
  assert.deepEqual(sent, [
    { who: "1", interaction: "8", fields: { why: "disk full" } }, { who: "1", message: "9", custom_id: "which", values: ["l"] },
  ]);
});

test("without a mouse", async () => {
  const page = await demo.open(DESK);
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
  for (let presses = 0; presses < 40; presses += 1) {
    if (await page.evaluate(() => document.activeElement.textContent === "Cancel")) break;
    await page.keyboard.press("Shift+Tab");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Cancel" }).waitFor({ state: "detached" });
  await reboots(page, "web-1", 0);
});

test("an option that may stay empty is asked for by typing on, and stays empty by Enter", async () => {
  const page = await demo.open(DESK);
  await page.locator("#text").click();
  await page.keyboard.type("/status ");
  await page.getByRole("option", { name: /^web-1/ }).waitFor();
  await page.keyboard.press("Enter");
  const fleet = page.locator(".message.ephemeral").last();
  await fleet.locator(".content").waitFor();
  assert.match(await fleet.innerText(), /7 servers/);
  await command(page, "status", "build-1");
  await message(page, "rescue12-customer").waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  test(`nothing serious for axe-core, ${colorScheme}`, async () => {
    const page = await demo.open(PHONE, { colorScheme });
    await accessible(page, "the channel");
    await page.locator("#text").tap();
    await page.keyboard.type("/");
    await page.getByRole("option").first().waitFor();
    await accessible(page, "the commands");
    await page.keyboard.type("rescue enable ");
    await page.getByRole("option", { name: /^web-1/ }).waitFor();
    await accessible(page, "the suggestions");
    await page.getByRole("option", { name: /^web-1/ }).tap();
    await page.keyboard.press("Enter");
    await accessible(page, "the confirmation");
    await page.getByRole("button", { name: "Confirm" }).tap();
    await page.locator(".toast", { hasText: "Direct messages" }).tap();
    await message(page, "Below is the link").waitFor();
    await accessible(page, "the DM");
    await picture(page, `demo-phone-dm-${colorScheme}`);
    await page.locator(".back").tap();
    await accessible(page, "the channels");
    await page.locator("#who").tap();
    await accessible(page, "the people");
    await picture(page, `demo-phone-people-${colorScheme}`);
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "OVHcloud" }).tap();
    await page.getByRole("button", { name: "Slow: two seconds more" }).tap();
    await page.locator('button[aria-pressed="true"]', { hasText: "Slow" }).waitFor();
    await accessible(page, "OVHcloud's side");
    await picture(page, `demo-phone-cloud-${colorScheme}`);
    await page.setViewportSize(DESK.viewport);
    await accessible(page, "both sides");
    await picture(page, `demo-desk-${colorScheme}`);
  });
}

test("a console by DM, and the guide turned page by page", async () => {
  const page = await demo.open(PHONE);
  await command(page, "console", "web-1");
  await message(page, "Console open").waitFor();
  await channel(page, "Bernard");
  const dm = message(page, "The console of");
  const [opened] = await Promise.all([page.context().waitForEvent("page"), dm.locator("a", { hasText: "Open the link" }).tap()]);
  demo.watch(opened);
  await opened.getByText("the server's screen").waitFor();
  await accessible(opened, "the console's page");
  await opened.close();

  await channel(page, "ops");
  await page.locator("#text").click();
  await page.keyboard.type("/guide ");
  await page.getByRole("combobox", { name: "topic" }).waitFor();
  await page.getByRole("option", { name: "Disks" }).click();
  await page.keyboard.press("Enter");
  await message(page, "1/4").getByRole("button", { name: "Next" }).tap();
  const second = message(page, "2/4");
  await second.getByText("Disk Management").waitFor();
  await second.getByRole("combobox").selectOption("leave");
  await message(page, "1/2").getByText("Leave rescue").first().waitFor();
  await accessible(page, "the guide");
});
