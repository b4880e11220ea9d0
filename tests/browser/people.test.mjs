// Who may, who sees what, and in which language.

import assert from "node:assert/strict";

import { DESK_DARK, DESK_LIGHT, PHONE_DARK, PHONE_LIGHT, accessible, become, channel, command, message, push, reboots, server, side } from "./demo.mjs";
import { picture, story } from "./story.mjs";

story("a viewer is refused, and only the viewer sees it", [PHONE_LIGHT, DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await become(page, "Victor");
  await push(page.locator("#text"));
  await page.keyboard.type("/rescue enable web-1");
  await page.getByRole("option", { name: "Nothing fits" }).waitFor();
  await page.keyboard.press("Enter");
  const refusal = page.locator(".message.ephemeral").last();
  await refusal.locator(".content").waitFor();
  assert.equal(await refusal.getByRole("button", { name: "Confirm" }).count(), 0);
  await accessible(page, "a refusal");
  await become(page, "Ann");
  await message(page, "Is anybody on call?").waitFor();
  assert.equal(await page.locator(".message.ephemeral").count(), 0);
  await side(page, "OVHcloud");
  await reboots(page, "web-1", 0);
});

story("what is protected waits for a second person, and not for the one who asked", [PHONE_DARK, DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await command(page, "rescue enable", "web-2", { reason: "disk full" });
  await push(page.getByRole("button", { name: "Confirm" }));
  const asked = message(page, "Approval needed");
  await push(asked.getByRole("button", { name: "Approve" }));
  await page.locator(".message.ephemeral .content").last().waitFor();

  const lead = await demo.open(device);
  await become(lead, "Paula");
  const rung = message(lead, "Approval needed");
  await rung.getByText("Rang your phone").waitFor({ state: "attached" });
  await accessible(lead, "an approval");
  await reboots(lead, "web-2", 0);
  await push(rung.getByRole("button", { name: "Approve" }));
  await message(page, "In rescue").waitFor();
  await reboots(page, "web-2", 1);
});

story("a second person denies it, and says why in a form", [PHONE_LIGHT, DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await command(page, "rescue enable", "web-2", { reason: "disk full" });
  await push(page.getByRole("button", { name: "Confirm" }));
  const lead = await demo.open(device);
  await become(lead, "Paula");
  await push(message(lead, "Approval needed").getByRole("button", { name: "Deny" }));
  await push(lead.getByRole("button", { name: "Add reason" }));
  const form = lead.getByRole("dialog");
  await form.waitFor();
  if (device === PHONE_LIGHT) await picture(lead, "faces/form-en", form);
  await form.getByRole("textbox").fill("Not on a Friday, please");
  await accessible(lead, "the form for the reason");
  await push(form.getByRole("button", { name: "Submit" }));
  await message(page, "Not on a Friday, please").waitFor();
  await reboots(page, "web-2", 0);
});

story("closed DMs: the link is revealed to its person, and to nobody else", [PHONE_LIGHT, DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await push(page.locator("#who"));
  await page.getByRole("switch").uncheck();
  await push(page.getByRole("button", { name: "Close" }));
  await command(page, "rescue enable", "db-1");
  await push(page.getByRole("button", { name: "Confirm" }));
  const waiting = message(page, "your DMs are closed");
  await waiting.getByRole("button", { name: "Reveal link" }).waitFor();

  const other = await demo.open(device);
  await become(other, "Camille");
  await push(other.getByRole("button", { name: "Reveal link" }).last());
  await other.locator(".message.ephemeral .content").last().waitFor();
  assert.equal(await other.locator('.message a[href*="/secret/"]').count(), 0, "not to somebody else");

  await push(waiting.getByRole("button", { name: "Reveal link" }));
  const revealed = page.locator(".message.ephemeral", { has: page.locator('a[href*="/secret/"]') });
  await revealed.first().waitFor();
  assert.equal(await other.locator('.message a[href*="/secret/"]').count(), 0);
  await accessible(page, "the revealed link");
});

story("in French for who reads French, there and back", [PHONE_DARK, DESK_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await become(page, "Camille");
  await page.getByText("Bienvenue dans #ops").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await push(page.locator("#text"));
  await page.keyboard.type("/resc");
  await page.getByRole("option").getByText("mot de passe").first().waitFor();
  await page.locator("#text").fill("");
  await command(page, "rescue enable", "proxy-1");
  await message(page, "rescue Linux").getByText("Vous seul pouvez voir ce message").waitFor();
  await push(page.locator(".message.ephemeral .button").first());
  await push(page.locator(".toast", { hasText: "Messages privés" }));
  const dm = message(page, "proxy-1");
  await dm.locator('a[href*="/secret/"]').first().waitFor();
  await accessible(page, "the DM in French");
  await push(dm.getByRole("button", { name: "Restaurer maintenant" }));
  await push(page.getByRole("button", { name: "Confirmer" }));
  await page.locator(".message", { hasText: "effacé" }).last().waitFor();
  await server(page, "proxy-1").getByText("2 redémarrages par le bot").waitFor({ state: "attached" });
});
