// Monitoring proposes, and people decide: on the phone.

import { PHONE_DARK, accessible, message, push, side } from "./demo.mjs";
import { story } from "./story.mjs";

story("monitoring says that a server does not answer, and a reboot of it is one card away", [PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  const says = async (what) => {
    await side(page, "OVHcloud");
    await push(page.getByRole("button", { name: what, exact: true }));
    await side(page, "Discord");
  };
  await says("web-2 stops answering");
  const card = message(page, "Alert");
  await accessible(page, "the card of an alert");
  await push(card.getByRole("button", { name: "Reboot…" }));
  const asks = page.locator(".message.ephemeral", { hasText: "web-2" }).last();
  await asks.getByRole("button", { name: "Confirm reboot" }).waitFor();
  await push(asks.getByRole("button", { name: "Cancel" }));
  await says("web-2 answers again");
  const over = message(page, "Over");
  await over.waitFor();
  await over.getByRole("button").first().waitFor({ state: "detached" });
  await side(page, "OVHcloud");
  await page.getByText("0 reboots by the bot").first().waitFor();
});

story("who is on duty is said, and who is next", [PHONE_DARK], async ({ demo, device }) => {
  const page = await demo.open(device);
  await push(page.locator("#text"));
  await page.keyboard.type("/oncall ");
  await page.keyboard.press("Enter");
  const answer = page.locator(".message.ephemeral", { hasText: "On duty:" }).last();
  await answer.getByText("Next:").waitFor();
});
