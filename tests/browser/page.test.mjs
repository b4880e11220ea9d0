// The page itself: what it makes of what people type and bots send, and whether everybody can use it.

import assert from "node:assert/strict";

import { DESK_DARK, DESK_LIGHT, PHONE_DARK, PHONE_LIGHT, accessible, command, deafen, message, option, push } from "./demo.mjs";
import { picture, story } from "./story.mjs";

story("while the bot is dead, Discord says that it did not respond", [DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
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

story("what people and bots write stays text", [DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await page.locator("#text").fill('<img src=x onerror="alert(1)"> **<b>bold</b>** `<i>` [x](javascript:alert(1)) <@200000000000000002> <t:0:d>');
  await page.keyboard.press("Enter");
  const said = message(page, "onerror");
  await said.waitFor();
  const inside = await said.locator(".content").evaluate((element) => [...element.querySelectorAll("*")].map((child) => child.localName));
  assert.deepEqual(inside.sort(), ["code", "p", "span", "strong", "time"]);
  assert.equal(await said.locator("strong").last().innerText(), "<b>bold</b>");
  assert.equal(await said.locator(".mention").innerText(), "@Victor");
});

story("an option that may stay empty is asked for by typing on, and stays empty by Enter", [DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
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

story("options are people, truths and fixed choices, each sent as what it is", [PHONE_LIGHT, DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  const sent = async (doing) => (await Promise.all([page.waitForRequest("**/api/slash"), doing()]))[0].postDataJSON().options;
  await push(page.locator("#text"));
  await page.keyboard.type("/why ");
  await push(page.getByRole("option", { name: "rescue", exact: true }));
  await page.keyboard.type("web-1");
  await push(page.getByRole("option", { name: /^web-1/ }));
  await option(page, "user", "@Vic");
  assert.equal(await page.locator("#option-user").inputValue(), "@Victor");
  const why = await sent(() => page.keyboard.press("Enter"));
  assert.deepEqual([why.action, why.user], ["rescue", "200000000000000002"]);
  await page.locator(".message.ephemeral .mention", { hasText: "@Victor" }).first().waitFor();

  await push(page.locator("#text"));
  await page.keyboard.type("/rescue enable web-1");
  await push(page.getByRole("option", { name: /^web-1/ }));
  await option(page, "reason", "a disk is full");
  await option(page, "break_glass", "true");
  const enable = await sent(() => page.keyboard.press("Enter"));
  assert.deepEqual([enable.break_glass, enable.reason], [true, "a disk is full"]);
});

story("menus, embeds, pictures and answers are shown if they come", [PHONE_LIGHT, DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await deafen(page);
  const chosen = await page.evaluate(async () => {
    const { messageElement } = await import("/message.js");
    const before = { id: "8", content: "Earlier **words**", author: { username: "bernard" } };
    const app = {
      chat: { me: { id: "1", name: "Ann" }, bot: "3", people: { 1: "Ann", 2: "Victor" }, roles: { 4: "leads" }, messages: [before], channels: [{ id: "5", kind: "text", name: "ops" }, { id: "6", kind: "dm", name: "" }] },
      names: { people: { 1: "Ann", 2: "Victor" }, roles: { 4: "leads" }, channels: {} },
      pressedOn: () => null, isLoud: () => true,
    };
    globalThis.chosen = [];
    app.choose = (message, customId, values) => globalThis.chosen.push([customId, ...values]);
    const menu = (type, custom_id, more) => ({ type: 1, components: [{ type, custom_id, placeholder: custom_id, ...more }] });
    const options = [{ label: "Windows", value: "w", description: "the usual one" }, { label: "Linux", value: "l" }];
    document.getElementById("log").append(messageElement({
      id: "9", author: { id: "3", username: "bernard" }, timestamp: new Date().toISOString(), content: "Which one?", ephemeral: false,
      message_reference: { message_id: "8" }, attachments: [{ id: "1", filename: "line.png", content_type: "image/png", description: "The rescue's course", size: 70, data: "/icon.svg" }],
      embeds: [{ title: "Fleet", description: "**7** servers", color: 0x1c7a43, fields: [{ name: "In rescue", value: "`build-1`", inline: true }] }],
      components: [menu(3, "System", { options }), menu(5, "Person", {}), menu(6, "Role", {}), menu(8, "Channel", {})],
    }, app));
    return globalThis.chosen;
  });
  assert.deepEqual(chosen, []);
  await page.getByText("7 servers").waitFor();
  await page.getByText("Earlier words").waitFor();
  await page.getByRole("img", { name: "The rescue's course" }).waitFor();
  await page.getByLabel("System", { exact: true }).selectOption("l");
  await page.getByLabel("Person", { exact: true }).selectOption({ label: "@Victor" });
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "@leads" });
  await page.getByLabel("Channel", { exact: true }).selectOption({ label: "#ops" });
  await accessible(page, "menus, an embed and a picture");
  const sent = () => page.evaluate(() => globalThis.chosen);
  assert.deepEqual(await sent(), [["System", "l"], ["Person", "2"], ["Role", "4"], ["Channel", "5"]]);
  await page.getByLabel("System", { exact: true }).focus();
  await page.keyboard.press("ArrowUp");
  assert.equal((await sent()).length, 4, "who looks through the choices has not chosen");
  await page.keyboard.press("Enter");
  assert.deepEqual((await sent()).at(-1), ["System", "w"]);
});

story("containers, sections and separators are drawn, and what stands beside a line is pressed", [PHONE_LIGHT, PHONE_DARK, DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await deafen(page);
  await page.evaluate(async () => {
    const { messageElement } = await import("/message.js");
    const app = {
      chat: { me: { id: "1", name: "Ann", locale: "en-GB" }, bot: "3", people: { 1: "Ann" }, roles: {}, messages: [], channels: [], commands: [{ type: 3, name: "Rescue the server named here…" }] },
      pressedOn: () => null, isLoud: () => false,
    };
    globalThis.done = [];
    app.press = (message, customId) => globalThis.done.push(["pressed", customId]);
    app.jump = (to) => globalThis.done.push(["jumped", to.channel, to.message]);
    app.chooseOf = (message, command) => globalThis.done.push(["chose", message.id, command]);
    app.names = { people: { 1: "Ann" }, roles: {}, channels: { 5: "ops" }, jump: app.jump, start: (path) => globalThis.done.push(["started", path]) };
    const words = (content) => ({ type: 10, content });
    const line = (name, id) => ({ type: 9, components: [words(`\`${name}\` · in rescue`), words("-# since <t:0:R>")], accessory: { type: 2, style: 2, label: "Restore…", custom_id: id } });
    const row = { type: 1, components: [{ type: 2, style: 1, label: "Confirm reboot", custom_id: "confirm" }, { type: 2, style: 5, label: "Open DM", url: "https://discord.com/channels/@me/6/7" }] };
    const inside = [words("**In rescue** · </restore:44> · https://discord.com/channels/2/5/8"), line("web-1", "r1"), { type: 14, divider: true, spacing: 2 }, line("db-1", "r2"), row];
    document.getElementById("log").replaceChildren(messageElement({
      id: "9", author: { id: "3", username: "bernard" }, timestamp: new Date().toISOString(), content: "", flags: 32768, ephemeral: false, embeds: [],
      attachments: [{ id: "1", filename: "line.png", content_type: "image/png", size: 70, data: "/icon.svg" }, { id: "2", filename: "unnamed.txt", content_type: "text/plain", size: 7 }],
      components: [{ type: 17, accent_color: 0x3ba55d, components: [...inside, { type: 12, items: [{ media: { url: "attachment://line.png" }, description: "The rescue's course" }] }] }],
    }, app));
  });
  const container = page.locator(".container");
  assert.equal(await container.evaluate((element) => getComputedStyle(element).borderLeftColor), "rgb(59, 165, 93)");
  await page.getByRole("img", { name: "The rescue's course" }).waitFor();
  assert.equal(await page.getByText("unnamed.txt").count(), 0, "a file that no component names is not shown");
  for (const section of await page.locator(".section").all()) {
    const [text, button] = await Promise.all([section.locator(".beside").boundingBox(), section.locator(".button").boundingBox()]);
    assert.ok(button.x >= text.x + text.width - 1, "the button stands beside its line");
    assert.ok(button.y < text.y + text.height && button.y + button.height > text.y, "and at its height");
  }
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the screen");
  await push(page.getByRole("button", { name: "Restore…" }).nth(1));
  await push(page.getByRole("button", { name: "Open DM" }));
  await push(page.getByRole("button", { name: "/restore" }));
  await push(page.getByRole("button", { name: "#ops › 💬" }));
  await push(page.locator(".apps summary"));
  await push(page.getByRole("button", { name: "Rescue the server named here…" }));
  assert.deepEqual(await page.evaluate(() => globalThis.done), [
    ["pressed", "r2"], ["jumped", "6", "7"], ["started", "restore"], ["jumped", "5", "8"], ["chose", "9", "Rescue the server named here…"],
  ]);
  await accessible(page, "a container with sections");
});

story("a form holds the focus, says what it wants, and is left by Escape without a word", [PHONE_DARK, DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  const sent = [];
  await page.route("**/api/submit", (route) => { sent.push(route.request().postDataJSON()); return route.fulfill({ json: {} }); });
  const open = () => page.evaluate(async () => {
    const { openForm } = await import("/form.js");
    const short = { type: 4, custom_id: "why", style: 1, min_length: 10, max_length: 100 };
    const long = { type: 4, custom_id: "more", label: "More", style: 2, required: false, max_length: 300 };
    const components = [{ type: 10, content: "**Think** first." }, { type: 18, label: "Reason", description: "For the record", component: short }, { type: 1, components: [long] }];
    openForm({ id: "8", modal: { title: "Break the glass", custom_id: "glass", components } }, { chat: { me: { id: "1" } }, names: { people: {}, roles: {}, channels: {} } });
  });
  // A phone's page begins without a focus; whoever opens a form has pressed something.
  await page.locator("button:visible").first().focus();
  await open();
  const form = page.getByRole("dialog", { name: "Break the glass" });
  await form.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), "why", "the first field has the focus");
  await form.getByText("For the record · 10 to 100 characters").waitFor();
  await accessible(page, "a form");
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement.closest("dialog"))), "the focus stays in the form");
  }
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "hidden" });
  // The focus is back in the page.
  await page.waitForFunction(() => document.activeElement.localName !== "body");

  await open();
  await page.getByLabel("Reason").fill("too short");
  await page.keyboard.press("Enter");
  assert.ok(await form.isVisible(), "nine characters are too few");
  await page.getByLabel("Reason").fill("the disk is full");
  await push(form.getByRole("button", { name: "Submit" }));
  await form.waitFor({ state: "hidden" });
  assert.deepEqual(sent, [{ who: "1", interaction: "8", fields: { why: "the disk is full", more: "" } }]);
});

story("the bot is seen typing, until it has written or given up", [PHONE_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await deafen(page);
  await page.clock.install();
  await page.evaluate(async () => {
    const { drawChat } = await import("/chat.js");
    const { stream, ...chat } = await new Promise((resolve) => {
      const source = new EventSource("/api/stream?who=");
      source.addEventListener("chat", (event) => { source.close(); resolve(JSON.parse(event.data)); });
    });
    const open = chat.channels.find((channel) => channel.name === "ops").id;
    chat.typing = { [open]: Date.now() + 60_000 };
    const channel = () => chat.channels.find((known) => known.id === open);
    drawChat({
      chat, open, channel, dismissed: new Set(), commands: () => [], unread: () => ({ count: 0, loud: 0 }), isLoud: () => false, pressedOn: () => null,
      names: { people: chat.people, roles: chat.roles, channels: {} },
    });
  });
  await page.getByText("is typing…").waitFor();
  await accessible(page, "somebody typing");
  await page.clock.fastForward(61_000);
  await page.getByText("is typing…").waitFor({ state: "detached" });
});

story("nothing serious for axe-core", [PHONE_LIGHT, PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await accessible(page, "the channel");
  await push(page.locator("#text"));
  await page.keyboard.type("/");
  await page.getByRole("option").first().waitFor();
  await accessible(page, "the commands");
  await page.keyboard.type("rescue enable ");
  await page.getByRole("option", { name: /^web-1/ }).waitFor();
  await accessible(page, "the suggestions");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await push(page.locator(".back"));
  await accessible(page, "the channels");
  await push(page.locator("#who"));
  await accessible(page, "the people");
  await page.keyboard.press("Escape");
  await push(page.getByRole("tab", { name: "OVHcloud" }));
  await push(page.getByRole("button", { name: "Slow: two seconds more" }));
  await page.locator('button[aria-pressed="true"]', { hasText: "Slow" }).waitFor();
  await accessible(page, "OVHcloud's side");
  if (device === PHONE_DARK) await picture(page, "demo-phone-cloud-dark");
  await page.setViewportSize(DESK_LIGHT.viewport);
  await accessible(page, "both sides");
});
