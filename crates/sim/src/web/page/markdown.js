// Discord's Markdown as elements: bold, italics, underline, strike-through, code, quotes, lists, headings, small print,
// mentions, times and links. Text becomes text nodes and nothing else.

import { make } from "./dom.js";
import { spoken } from "./words.js";

const INLINE = [
  [/^\\([^A-Za-z0-9\s])/, (found) => found[1]],
  [/^``([^]+?)``(?!`)/, (found) => make("code", {}, found[1].trim())],
  [/^`([^`]+)`/, (found) => make("code", {}, found[1])],
  [/^\*\*([^]+?)\*\*/, (found, names) => make("strong", {}, inline(found[1], names))],
  [/^__([^]+?)__/, (found, names) => make("u", {}, inline(found[1], names))],
  [/^~~([^]+?)~~/, (found, names) => make("s", {}, inline(found[1], names))],
  [/^\*(?!\s)([^*]+?)\*/, (found, names) => make("em", {}, inline(found[1], names))],
  [/^_(?!\s)([^_]+?)_(?![A-Za-z0-9])/, (found, names) => make("em", {}, inline(found[1], names))],
  [/^<@!?(\d+)>/, (found, names) => mention(`@${names.people[found[1]] ?? "?"}`)],
  [/^<@&(\d+)>/, (found, names) => mention(`@${names.roles[found[1]] ?? "?"}`)],
  [/^<#(\d+)>/, (found, names) => mention(`#${names.channels[found[1]] ?? "?"}`)],
  [/^<\/([^:>]+):\d+>/, (found, names) => mention(`/${found[1]}`, names.start && (() => names.start(found[1])))],
  [/^<t:(-?\d+)(?::([tTdDfFR]))?>/, (found) => time(Number(found[1]), found[2] ?? "f")],
  [/^\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/, (found, names) => link(found[2], found[1], names)],
  [/^<(https?:\/\/[^\s>]+)>/, (found, names) => link(found[1], found[1], names)],
  [/^https?:\/\/[^\s<>)\]]*[^\s<>)\].,:;!?'"]/, (found, names) => link(found[0], found[0], names)],
];

/** The elements of a whole message. */
export function markdown(text, names) {
  const blocks = [];
  const parts = text.split(/```(?:[a-z0-9+-]*\n)?([^]*?)```/);
  parts.forEach((part, at) => {
    if (at % 2 === 1) blocks.push(make("pre", { tabindex: "0" }, make("code", {}, part.replace(/\n$/, ""))));
    else if (part.trim()) blocks.push(...lines(part.replace(/^\n|\n$/g, ""), names));
  });
  return blocks;
}

/** What a phone's notification shows: the first words, without signs. */
export function plain(text, names) {
  return markdown(text, names).map((block) => block.textContent).join(" ");
}

function lines(text, names) {
  const blocks = [];
  let open = null;
  for (const line of text.split("\n")) {
    const [tag, rest] = kind(line);
    if (tag === "li" || tag === "blockquote") {
      const holder = tag === "li" ? "ul" : "blockquote";
      if (open?.localName !== holder) blocks.push((open = make(holder)));
      open.append(tag === "li" ? make("li", {}, inline(rest, names)) : make("p", {}, inline(rest, names)));
      continue;
    }
    open = null;
    if (tag === "p" && !rest.trim()) blocks.push(make("div", { class: "gap" }));
    else if (tag === "small") blocks.push(make("p", { class: "small" }, inline(rest, names)));
    else if (tag === "h") blocks.push(make("p", { class: "heading" }, inline(rest, names)));
    else blocks.push(make("p", {}, inline(rest, names)));
  }
  return blocks;
}

function kind(line) {
  if (line.startsWith("-# ")) return ["small", line.slice(3)];
  if (/^#{1,3} /.test(line)) return ["h", line.replace(/^#+ /, "")];
  if (/^> /.test(line)) return ["blockquote", line.slice(2)];
  if (/^[-*] /.test(line)) return ["li", line.slice(2)];
  return ["p", line];
}

function inline(text, names) {
  const out = [];
  let plainText = "";
  let rest = text;
  while (rest) {
    let hit = null;
    for (const [pattern, build] of INLINE) {
      // A sign within a word is no emphasis.
      if (pattern.source.startsWith("^_") && /[A-Za-z0-9]$/.test(plainText)) continue;
      const found = pattern.exec(rest);
      if (found) {
        hit = [found[0].length, build(found, names)];
        break;
      }
    }
    if (!hit) {
      // As far as nothing else can begin.
      const taken = /^[^\\`*_~<[h]+/.exec(rest)?.[0].length ?? 1;
      plainText += rest.slice(0, taken);
      rest = rest.slice(taken);
      continue;
    }
    if (typeof hit[1] === "string") plainText += hit[1];
    else {
      if (plainText) out.push(plainText);
      plainText = "";
      out.push(hit[1]);
    }
    rest = rest.slice(hit[0]);
  }
  if (plainText) out.push(plainText);
  return out;
}

/** A name; where something is done when it is tapped, a button. */
function mention(text, tapped) {
  return tapped
    ? make("button", { type: "button", class: "mention", "data-focus": text, onclick: tapped }, text)
    : make("span", { class: "mention" }, text);
}

/** The message that an address of Discord's leads to: its channel and its id. */
export function messageOf(url) {
  const found = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)$/.exec(url);
  return found ? { channel: found[1], message: found[2] } : null;
}

/** A link. One to a secret of the demo leads to this page's own host, wherever it was opened. */
export function address(url, names) {
  const here = names.secretBase && url.startsWith(names.secretBase);
  return here ? `${location.origin}/secret/${url.slice(names.secretBase.length)}` : url;
}

function link(url, text, names) {
  const to = messageOf(url);
  if (to && names.jump) {
    const place = names.channels[to.channel] ? `#${names.channels[to.channel]}` : "Bernard";
    return mention(text === url ? `${place} › 💬` : text, () => names.jump(to));
  }
  const shown = text === url ? address(url, names) : text;
  return make("a", { href: address(url, names), target: "_blank", rel: "noopener noreferrer" }, shown);
}

const STYLES = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
};

function time(seconds, style) {
  const date = new Date(seconds * 1000);
  const whole = new Intl.DateTimeFormat(spoken(), STYLES.F).format(date);
  const element = make("time", { datetime: date.toISOString(), title: whole });
  if (style === "R") element.dataset.relative = String(seconds);
  element.textContent = style === "R" ? relative(seconds) : new Intl.DateTimeFormat(spoken(), STYLES[style]).format(date);
  return element;
}

const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(away) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(spoken(), { numeric: "auto" }).format(Math.round(away / length), unit);
}

/** Brings "in 4 hours" and the like up to now. */
export function refreshTimes() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const now = relative(Number(element.dataset.relative));
    if (element.textContent !== now) element.textContent = now;
  }
}
