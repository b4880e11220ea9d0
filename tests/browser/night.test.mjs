// What a night on call needs besides: somebody to hand over to, the guide, a console, and a reminder that rings.

import assert from "node:assert/strict";

import { DESK_DARK, PHONE_DARK, PHONE_LIGHT, accessible, become, command, message, option, push } from "./demo.mjs";
import { story } from "./story.mjs";

story("a rescue is handed over to somebody, whose phone rings", [PHONE_LIGHT], async ({ demo, device }) => {
  const page = await demo.open(device);
  await command(page, "rescue enable", "db-1");
  await push(page.getByRole("button", { name: "Confirm" }));
  await message(page, "In rescue").waitFor();
  await command(page, "rescue hand-over", "db-1", { user: "@Camille" });
  await message(page, "Handed over").waitFor();
  const next = await demo.open(device);
  await become(next, "Camille");
  const told = next.locator(".message.for-me", { hasText: "Handed over" }).last();
  await told.getByText("A fait sonner votre téléphone").waitFor({ state: "attached" });
});

story("a deadline that passes rings its owner, who taps for more time", [PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await command(page, "rescue enable", "db-1", { for: "20s" });
  await push(page.getByRole("button", { name: "Confirm" }));
  const over = message(page, "Time is up");
  await over.getByText("Rang your phone").waitFor({ state: "attached" });
  await accessible(page, "a reminder");
  await push(over.getByRole("button", { name: "Extend" }));
  await push(page.locator(".message.ephemeral").last().getByRole("button", { name: "4 h", exact: true }));
  await message(page, "Extended").waitFor();
});

story("the guide is read page by page, and nothing of it needs scrolling sideways", [PHONE_LIGHT, DESK_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await push(page.locator("#text"));
  await page.keyboard.type("/guide ");
  await push(page.getByRole("option", { name: "Connect" }));
  await page.keyboard.press("Enter");
  const guide = page.locator(".message.ephemeral", { hasText: "📖" }).last();
  const fits = async () => {
    const wide = await guide.evaluate((element) => [...element.querySelectorAll("pre, .content, .row")].filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.textContent));
    assert.deepEqual(wide, []);
  };
  await guide.getByText("1/4").waitFor();
  await accessible(page, "the guide");
  for (const number of [2, 3, 4]) {
    await push(guide.getByRole("button", { name: "Next" }));
    await guide.getByText(`${number}/4`).waitFor();
    await fits();
  }
  await push(guide.getByRole("button", { name: "Back" }));
  await guide.getByText("3/4").waitFor();
  await guide.getByRole("combobox").selectOption({ label: "Disks" });
  await guide.locator("strong", { hasText: "Disks" }).first().waitFor();
  await fits();
});

story("a console's link comes by DM, and leads to the screen", [PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await push(page.locator("#text"));
  await page.keyboard.type("/console web-1");
  await push(page.getByRole("option", { name: /^web-1/ }));
  await option(page, "minutes", "5");
  const [request] = await Promise.all([page.waitForRequest("**/api/slash"), page.keyboard.press("Enter")]);
  assert.equal(request.postDataJSON().options.minutes, 5, "a number, as Discord sends it");
  await push(page.locator(".toast", { hasText: "Direct messages" }));
  const [opened] = await Promise.all([page.context().waitForEvent("page"), push(page.locator(".message a.button").last())]);
  demo.watch(opened);
  await opened.getByText("the server's screen").waitFor();
  await accessible(opened, "the screen's page");
});
