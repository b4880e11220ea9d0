// The faces that `tests/it/faces.rs` keeps as text, as messages that the page can show. The text is what people read, to the
// letter; only the colours of the buttons are looked up, where the program gives them.

import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const SNAPSHOTS = join(ROOT, "tests/it/snapshots");
/** Snapshots of files that are attached, which are no face. */
const FILES = "it__report__";
const STYLES = { Primary: 1, Secondary: 2, Success: 3, Danger: 4 };

/** Every subject: its name, its language, and its figures (`{ title, messages }`). */
export async function subjects() {
  const files = (await readdir(SNAPSHOTS)).filter((name) => name.endsWith(".snap") && !name.startsWith(FILES)).sort();
  const colours = { buttons: await buttonColours(), frames: await frameColours() };
  return Promise.all(files.map(async (file) => {
    const [, subject, locale] = /^.*__(.+)_(en|fr)\.snap$/.exec(file) ?? [null, file.replace(/\.snap$/, ""), "en"];
    const text = (await readFile(join(SNAPSHOTS, file), "utf8")).replace(/^---\n[^]*?\n---\n/, "");
    return { subject, locale, figures: figures(text, subject, colours) };
  }));
}

function figures(text, subject, colours) {
  const parts = text.split(/^=== (.*) ===$/m).slice(1);
  const found = [];
  for (let at = 0; at < parts.length; at += 2) found.push({ title: titleOf(parts[at]), messages: messages(parts[at + 1], subject, colours) });
  return found;
}

/** A command's options as one types them, not as Rust prints them. */
function titleOf(name) {
  return name.replace(/\[(.*)\]$/, (_, options) => options.replaceAll(/\("([^"]*)", "([^"]*)"\)(, )?/g, "$1:$2 ").trim());
}

/** One scene: the messages of a channel, each under its slot, or a single answer or DM. */
function messages(scene, subject, colours) {
  const slots = scene.split(/^\[([a-z0-9-]+(?:, [^\]]*)?)\]$/m);
  if (slots.length === 1) {
    const only = message(scene, colours);
    return [{ ...only, ephemeral: !subject.startsWith("dm"), rings: subject.startsWith("dm") }];
  }
  const found = [];
  for (let at = 1; at < slots.length; at += 2) {
    const accent = colours.frames.get(slots[at].split(", ")[1]);
    const plain = message(slots[at + 1], colours);
    found.push({ ...(accent === undefined ? plain : framed(plain, accent)), for_me: slots[at].includes("rings") });
  }
  return found;
}

/** A card as it looks after its first edit. */
function framed({ content, components, ...rest }, accent) {
  const inside = [{ type: 10, content }, ...components];
  return { ...rest, content: "", flags: 32768, components: [{ type: 17, accent_color: accent, components: inside }] };
}

function message(text, colours) {
  const [body, ...files] = text.split(/^--- (.*) ---$/m);
  const attachments = [];
  for (let at = 0; at < files.length; at += 2) attachments.push({ id: String(at), filename: files[at], size: files[at + 1].trim().length });
  const lines = body.trim().split("\n");
  const components = [];
  // From the end: a menu, a row of buttons, and above them the words.
  while (lines.length > 1) {
    const row = rowOf(lines.at(-1), colours.buttons);
    if (!row) break;
    components.unshift({ type: 1, components: row });
    lines.pop();
  }
  return { content: linked(lines.join("\n").trim()), attachments, components, embeds: [] };
}

/** The commands that a text names as Discord shows them, once it has given them ids. */
function linked(text) {
  return text.replaceAll(/``(\/[a-z -]+)``/g, "<$1:1>");
}

function rowOf(line, colours) {
  if (/^\( .* \)$/.test(line)) {
    return line.slice(2, -2).split(" ) ( ").map((label) => {
      const [words, url] = label.split(" → ");
      return url ? { type: 2, style: 5, label: words, url } : { type: 2, style: colours.get(words) ?? STYLES.Secondary, label: words, custom_id: words };
    });
  }
  if (line.includes(" | ") && /\[[^\]]+\]/.test(line) && !line.includes("`")) {
    const options = line.split(" | ").map((one) => ({ label: one.replace(/^\[|\]$/g, ""), value: one, default: one.startsWith("[") }));
    return [{ type: 3, custom_id: "menu", options }];
  }
  return null;
}

/** The colours that the program gives frames, by their names. */
async function frameColours() {
  const source = await readFile(join(ROOT, "crates/bot/src/wire/layout.rs"), "utf8");
  const found = [...source.matchAll(/Accent::(\w+) => (0x[0-9a-f_]+),/g)].map(([, name, colour]) => [name, Number(colour.replaceAll("_", ""))]);
  if (found.length !== 5) throw new Error(`${found.length} colours of frames were found: cards would have none`);
  return new Map(found);
}

/** What colour the program gives a button, by its label in either language. */
async function buttonColours() {
  const keys = new Map();
  const folder = join(ROOT, "crates/bot/src");
  const sources = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".rs"));
  for (const name of sources) {
    const source = await readFile(join(folder, name), "utf8");
    for (const [, key, style] of source.matchAll(/say!\(\s*locale,\s*"(button-[a-z0-9-]+)"[^)]*\),\s*ButtonStyle::(\w+)/g)) keys.set(key, STYLES[style]);
  }
  if (keys.size < 10) throw new Error(`only ${keys.size} buttons were found in ${sources.length} files: the faces would have wrong colours`);
  const colours = new Map();
  for (const locale of ["en", "fr"]) {
    const words = await readFile(join(ROOT, `crates/text/src/${locale}.ftl`), "utf8");
    for (const [, key, label] of words.matchAll(/^(button-[a-z0-9-]+) = (.*)$/gm)) {
      if (keys.has(key)) colours.set(label.trim(), keys.get(key));
    }
  }
  return colours;
}
