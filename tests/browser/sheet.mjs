// Contact sheets: messages beside each other as the page shows them on a phone.

import { join } from "node:path";

/** The moment at which the snapshots of faces play, so that "in four hours" says the same in every run. */
const THEN = new Date("2026-01-01T00:03:40Z");
/** Figures that play at another moment, by their titles. */
const LATER = { "its time is over": "2026-01-01T05:00:00Z" };
/** Sheets are no wider than this many phones. */
const COLUMNS = 4;
/** A phone's width. */
const PHONE = 390;

/** The people and roles of the snapshots. */
const CAST = {
  me: { id: "200000000000000001", name: "Ann" }, bot: "300000000000000001",
  people: { "200000000000000001": "Ann", "200000000000000002": "Paula", "200000000000000003": "Victor", "200000000000000004": "Quinn", "200000000000000007": "Camille", "300000000000000001": "bernard" },
  channels: [{ id: "500", name: "ops" }],
  roles: { "400000000000000001": "engineers", "400000000000000002": "support", "400000000000000003": "leads", "400000000000000009": "on-call" },
};

/** Makes a picture of figures (`{ title, messages }`) in a page of the demo. What really happened there brings its own `chat`. */
export async function sheet(page, locale, figures, path, chat = null) {
  const columns = Math.min(COLUMNS, figures.length);
  // A page of the demo on which nothing moves by itself.
  await page.goto(new URL("/secret/", page.url()).href);
  await page.setViewportSize({ width: columns * (PHONE + 16) + 16, height: 800 });
  if (!chat) await page.clock.setFixedTime(THEN);
  await page.evaluate(async ({ figures: all, columns: count, language, at, later, known: { me, bot, people, roles, channels } }) => {
    const [{ messageElement }, { speak }, { make }] = [await import("/message.js"), await import("/words.js"), await import("/dom.js")];
    speak(language);
    const style = new CSSStyleSheet();
    style.replaceSync(`
      html, body { height: auto; overflow: visible; display: block; }
      .sheet { columns: ${count}; column-gap: 16px; padding: 16px; background: var(--ground); }
      .sheet figure { break-inside: avoid; margin: 0 0 16px; background: var(--room); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; padding-bottom: 12px; }
      .sheet figcaption { background: var(--panel); color: var(--muted); font-size: 0.8rem; padding: 4px 14px; }
    `);
    document.adoptedStyleSheets = [style];
    const app = {
      chat: { me, bot, people, messages: [], channels: [] },
      names: { people, roles, channels: Object.fromEntries(channels.map(({ id, name }) => [id, name])) }, pressedOn: () => null, isLoud: (message) => Boolean(message.for_me || message.rings), dismiss() {}, press() {}, choose() {},
    };
    const whole = (message, number) => ({
      id: String(number), author: { id: bot, username: "bernard" }, timestamp: at,
      content: "", embeds: [], attachments: [], components: [], ...message,
    });
    const fixed = Date.now();
    const figure = ({ title, messages }) => {
      const moment = later[title] ? Date.parse(later[title]) : fixed;
      Date.now = () => moment;
      return drawn(title, messages);
    };
    const drawn = (title, messages) => make("figure", {}, make("figcaption", {}, title), messages.map((message, number) => messageElement(whole(message, number + 1), app)));
    document.body.replaceChildren(make("div", { class: "sheet" }, all.map(figure)));
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  }, { figures, columns, language: locale, at: THEN.toISOString(), later: chat ? {} : LATER, known: chat ?? CAST });
  await page.locator(".sheet").screenshot({ path });
}

export function sheetPath(folder, subject, locale) {
  return join(folder, `${subject}-${locale}.png`);
}
