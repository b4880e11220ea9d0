// Pictures of every card, answer, DM and page of the guide, in both languages, as they look in the demo on a phone: English by
// day, French by night. They go into docs/faces/, with a page that lists them.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { DESK_DARK, DESK_LIGHT } from "./demo.mjs";
import { subjects } from "./faces.mjs";
import { sheet, sheetPath } from "./sheet.mjs";
import { story } from "./story.mjs";

const PICTURES = process.env.PICTURES;
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
      assert.ok(figures.every(({ messages }) => messages.every((message) => message.content)), `${subject}: every message has words`);
      await sheet(page, locale, figures, sheetPath(folder, subject, locale));
    }
    if (locale === "en") await writeFile(join(folder, "README.md"), listing(all.map(({ subject }) => subject)));
  });
}

function listing(names) {
  const part = (name) => `## ${name}\n\n![${name}, in English](${name}-en.png)\n\n![${name}, in French](${name}-fr.png)\n`;
  return `# What people see\n\nMade by \`tests/browser/run.sh\` from the snapshots in \`tests/it/snapshots\`; English by day, French by night.\n\n${names.map(part).join("\n")}`;
}
