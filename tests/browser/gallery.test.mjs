// Pictures of every card, answer, DM and page of the guide, in both languages, as they look in the demo on a phone: English by
// day, French by night. They go into docs/faces/, with a page that lists them.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { DESK_DARK, DESK_LIGHT } from "./demo.mjs";
import { subjects } from "./faces.mjs";
import { sheet, sheetPath } from "./sheet.mjs";
import { story } from "./story.mjs";
import { Somebody, words } from "./wire.mjs";

const PICTURES = process.env.PICTURES;
/** What is asked of a quiet fleet, and what while one of it is in rescue. */
const BEFORE = [
  ["status"], ["status", { server: "build-1" }], ["tasks", { server: "mail-1" }], ["doctor"],
  ["plan", { action: "rescue", server: "web-1" }], ["plan", { action: "rescue", server: "web-2" }], ["why", { action: "rescue", server: "web-2" }],
  ["rescue enable", { server: "sql-1" }], ["rescue enable", { server: "web" }], ["console", { server: "proxy-1" }], ["help"],
];
const AFTER = [
  ["status", { server: "web-1" }], ["rescue list"], ["rescue enable", { server: "web-1" }], ["rescue extend", { server: "web-1", by: "2h" }],
  ["rescue hand-over", { server: "web-1", user: "Paula" }], ["history"], ["admin pause", { reason: "works in the datacentre" }], ["reboot", { server: "db-1" }], ["admin resume"],
];
const LOOKS = [["en", { ...DESK_LIGHT, name: "English, light" }], ["fr", { ...DESK_DARK, name: "French, dark" }]];

for (const [locale, look] of LOOKS) {
  story("every face that is kept as text", [look], async ({ demo, device, skip }) => {
    if (!PICTURES) return skip("no PICTURES are wanted");
    const folder = join(PICTURES, "faces");
    await mkdir(folder, { recursive: true });
    const page = await demo.open(device);
    const all = (await subjects()).filter((one) => one.locale === locale);
    assert.ok(all.length >= 5, "the snapshots are where they were");
    for (const { subject, figures } of all) {
      assert.ok(figures.every(({ messages }) => messages.every(words)), `${subject}: every message has words`);
      await sheet(page, locale, figures, sheetPath(folder, subject, locale));
    }
    if (locale === "en") await writeFile(join(folder, "README.md"), listing([...all.map(({ subject }) => subject), "answers", "messages"]));
  });

  story("the answers to commands, as the demo gives them", [look], async ({ demo, device, skip }) => {
    if (!PICTURES) return skip("no PICTURES are wanted");
    const folder = join(PICTURES, "faces");
    await mkdir(folder, { recursive: true });
    const asker = await Somebody.of(demo, locale === "en" ? "Ann" : "Camille");
    const figures = [];
    const asks = async (who, command, options) => {
      const messages = await who.asks(command, options);
      const typed = Object.entries(options ?? {}).map(([name, value]) => ` ${name}:${value}`).join("");
      figures.push({ title: `/${command}${typed}`, messages });
    };
    for (const [command, options] of BEFORE) await asks(asker, command, options);
    const enable = async (options) => {
      const [card] = await asker.asks("rescue enable", options);
      await asker.presses(card, locale === "en" ? "Confirm" : "Confirmer");
    };
    // One whose time is soon up, and one that is looked at in the middle of its way.
    await enable({ server: "db-1", for: "30s" });
    await enable({ server: "web-1", reason: "disk full" });
    await asks(asker, "status", { server: "web-1" });
    await asker.sees("`web-1` ", "/secret/");
    for (const [command, options] of AFTER) await asks(asker, command, options);
    if (locale === "en") await asks(await Somebody.of(demo, "Victor"), "rescue enable", { server: "web-1" });
    await asker.sees("⏰ **Time is up**");
    const page = await demo.open(device);
    const chat = await asker.told();
    await sheet(page, locale, figures, sheetPath(folder, "answers", locale), chat);
    await sheet(page, locale, messages(chat, locale), sheetPath(folder, "messages", locale), chat);
  });
}

/** What the bot wrote for good: to everybody, which is in the guild's language, and to one person, which is in theirs. */
function messages(chat, locale) {
  const dm = chat.channels.find((channel) => channel.kind === "dm").id;
  const written = chat.messages.filter((message) => message.author.id === chat.bot && !message.ephemeral);
  const shown = written.filter((message) => message.channel_id === dm || locale === "en");
  return shown.map((message) => ({ title: message.channel_id === dm ? "Direct message" : "#ops", messages: [{ ...message, rings: message.channel_id === dm && !message.silent }] }));
}

function listing(names) {
  const part = (name) => `## ${name}\n\n![${name}, in English](${name}-en.png)\n\n![${name}, in French](${name}-fr.png)\n`;
  const about = "Made by `tests/browser/run.sh`: the faces in `tests/it/snapshots` and the demo's own answers, as its page shows them on a\nphone. English by day, French by night.";
  return `# What people see\n\n${about}\n\n${names.map(part).join("\n")}\n## form\n\n![form, in English](form-en.png)\n`;
}
