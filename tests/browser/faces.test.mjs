// The pictures of docs/: every card, DM and page of the guide, drawn by the demo's own page from what the stories say of them
// (`BERNARD_FACES`). One sheet a subject and language, in columns as wide as a phone.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";

import { Demo, closeBrowser } from "./demo.mjs";

const { FACES, PICTURES } = process.env;
/** How many phones stand beside each other. */
const COLUMNS = 4;
const PHONE_WIDTH = 390;

after(closeBrowser);

/** Runs in the page: draws the faces in columns with the page's own code. */
async function draw({ faces, language, columns, width }) {
  const { messageElement } = await import("/message.js");
  const { make } = await import("/dom.js");
  const { speak } = await import("/words.js");
  speak(language);
  const bot = "300000000000000001";
  const ann = "200000000000000001";
  const app = {
    chat: { bot, me: { id: ann, name: "Ann", locale: language }, people: {} },
    names: {
      people: { [bot]: "Bernard", [ann]: "Ann", "200000000000000002": "Bob" }, roles: { "400000000000000009": "on-call" },
      channels: { "500": "ops" }, secretBase: null,
    },
    pressedOn: () => null, did: () => {}, press: () => {}, dismiss: () => {},
  };
  const drawn = faces.map((face, at) => {
    const message = {
      id: String(at + 1), author: { id: bot, username: "Bernard" }, content: face.content, timestamp: "2026-01-01T03:14:00Z",
      embeds: [], components: face.components, attachments: face.files.map((file, id) => ({ id: String(id), filename: file.name, size: file.size })),
      ephemeral: false, follows: false, for_me: false,
    };
    const caption = make("p", { class: "small" }, face.scene);
    return make("div", {}, caption, messageElement(message, app));
  });
  const sheet = make("div", { id: "sheet" });
  const rows = make("div", {});
  // Filled from the top, each into the column that is shortest by then.
  const stacks = Array.from({ length: Math.min(columns, drawn.length) }, () => make("div", {}));
  rows.append(...stacks);
  sheet.append(rows);
  document.body.replaceChildren(sheet);
  for (const [name, value] of Object.entries({ display: "flex", gap: "12px", padding: "12px", "align-items": "flex-start" })) rows.style.setProperty(name, value);
  for (const stack of stacks) stack.style.setProperty("width", `${width}px`);
  document.body.style.setProperty("overflow", "visible");
  document.body.style.setProperty("height", "auto");
  document.documentElement.style.setProperty("height", "auto");
  for (const element of drawn) {
    const shortest = stacks.reduce((least, stack) => (stack.offsetHeight < least.offsetHeight ? stack : least));
    shortest.append(element);
  }
  const wide = [...sheet.querySelectorAll(".message")].filter((message) => message.scrollWidth > width + 1);
  return wide.map((message) => message.textContent.slice(0, 80));
}

test("every face fits a phone, and is kept as a picture", { skip: !FACES }, async () => {
  const demo = await Demo.start();
  try {
    const page = await demo.open({ viewport: { width: (PHONE_WIDTH + 12) * COLUMNS + 12, height: 900 }, deviceScaleFactor: 1, timezoneId: "Europe/Paris" });
    for (const file of (await readdir(FACES)).filter((name) => name.endsWith(".json")).sort()) {
      const name = file.replace(".json", "");
      const faces = JSON.parse(await readFile(join(FACES, file), "utf8"));
      await page.goto(demo.url);
      await page.getByText("Bernard: online").waitFor();
      const wide = await page.evaluate(draw, { faces, language: name.endsWith("_fr") ? "fr" : "en", columns: COLUMNS, width: PHONE_WIDTH });
      if (wide.length) throw new Error(`${name}: wider than a phone: ${wide.join(" | ")}`);
      if (PICTURES) await page.locator("#sheet").screenshot({ path: join(PICTURES, `face-${name}.png`) });
    }
  } finally {
    await demo.stop();
  }
});
