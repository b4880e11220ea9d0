// One message as Discord shows it: who, when, text, embeds, files, buttons and menus.

import { make, post } from "./dom.js";
import { address, markdown, messageOf, plain } from "./markdown.js";
import { say, spoken } from "./words.js";

/** Discord's flag of messages that are made of the newer components. */
const LAYOUT = 32768;
/** Discord's number of a command in the menu of a message. */
const MESSAGE_COMMAND = 3;
const BUTTONS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/** The element of a message. `app` has the names, who one is, and what one has pressed. */
export function messageElement(message, app) {
  const fromBot = message.author.id === app.chat.bot;
  const classes = ["message", fromBot && "bot", message.for_me && "for-me", message.ephemeral && "ephemeral", message.follows && "follows"];
  const asked = message.interaction_metadata;
  return make(
    "article", { class: classes.filter(Boolean).join(" "), "data-id": message.id },
    asked?.name && !message.follows ? usedLine(asked) : replyLine(message, app),
    make("div", { class: `avatar ${fromBot ? "of-bot" : tint(message.author.id)}`, "aria-hidden": "true" }, fromBot ? "" : message.author.username[0]),
    make("div", { class: "body" },
      head(message, fromBot, app),
      message.thinking
        ? make("p", { class: "thinking" }, dots(), ` ${message.author.username} ${say("thinking")}`)
        : content(message, app),
      message.ephemeral ? onlyYou(message.id, app) : null),
    appsMenu(message, app),
  );
}

/** What a message says: its text, or the texts among its components. */
export function speech(message) {
  const said = (components) => components.flatMap((component) => [component.content ?? [], said(component.components ?? [])].flat());
  return [message.content, ...said(message.components ?? [])].filter(Boolean).join("\n");
}

/** The commands that the bot has in the menu of a message; a phone's client shows it after a long press. */
function appsMenu(message, app) {
  const commands = (app.chat.commands ?? []).filter((command) => command.type === MESSAGE_COMMAND);
  if (!commands.length || message.ephemeral || message.thinking) return null;
  const name = (command) => command.name_localizations?.[app.chat.me.locale] ?? command.name;
  const menu = make("details", { class: "apps" },
    make("summary", { "data-focus": "apps" }, make("span", { "aria-hidden": "true" }, "⋯"), make("span", { class: "unseen" }, say("apps"))),
    make("div", { class: "apps-list" }, commands.map((command) => make("button", {
      type: "button", class: "button secondary", onclick: () => { menu.open = false; app.chooseOf(message, command.name); },
    }, name(command)))));
  return menu;
}

/** Somebody's command that the bot has not answered yet, or did not answer in time. */
export function attemptElement(did, app) {
  const failed = did.fate === "failed";
  return make(
    "article", { class: "message bot ephemeral" },
    usedLine({ name: did.what.replace(/^\//, ""), user: { username: app.chat.me.name, id: app.chat.me.id } }),
    make("div", { class: "avatar of-bot", "aria-hidden": "true" }),
    make("div", { class: "body" },
      make("p", { class: "head" }, make("span", { class: "author" }, app.chat.people[app.chat.bot]), badge()),
      failed
        ? make("p", { class: "failed" }, say("failedCommand"))
        : make("p", { class: "thinking" }, dots(), ` ${say("sending")}`),
      failed ? onlyYou(did.id, app) : null),
  );
}

/** A colour of one's own, out of the id. */
export function tint(id) {
  return `tint-${Number(BigInt(id) % 4n)}`;
}

function usedLine(asked) {
  return make("p", { class: "used" },
    make("span", { class: `dot ${tint(asked.user.id)}`, "aria-hidden": "true" }, asked.user.username[0]),
    make("strong", {}, asked.user.username), ` ${say("used")} `, make("span", { class: "mention" }, `/${asked.name}`));
}

/** What a message answers: another message, or the one whose button was pressed. */
function replyLine(message, app) {
  const to = message.message_reference?.message_id ?? message.interaction_metadata?.interacted_message_id;
  if (!to || to === message.id) return null;
  const original = app.chat.messages.find((known) => known.id === to);
  return make("p", { class: "used" }, make("span", { "aria-hidden": "true" }, "↱"), make("span", { class: "unseen" }, say("replyTo")),
    original
      ? [make("strong", {}, original.author.username), make("span", { class: "quoted" }, plain(speech(original).slice(0, 120), app.names))]
      : say("replyGone"));
}

function badge() {
  return make("span", { class: "badge" }, say("app"));
}

function head(message, fromBot, app) {
  if (message.follows) return rung(message, app);
  const date = new Date(message.timestamp);
  const clock = new Intl.DateTimeFormat(spoken(), { timeStyle: "short" }).format(date);
  return make("p", { class: "head" },
    make("span", { class: "author" }, message.author.username), fromBot ? badge() : null,
    make("time", { datetime: message.timestamp }, clock), rung(message, app));
}

/** Whether the phone rang for it: a bell; or would have, if the bot had not wanted it silent. */
function rung(message, app) {
  if (message.ephemeral || message.thinking || !app.isLoud(message)) return null;
  const words = say(message.silent ? "silent" : "rang");
  return make("span", { class: "bell", title: words }, make("span", { "aria-hidden": "true" }, message.silent ? "🔕" : "🔔"), make("span", { class: "unseen" }, words));
}

export function dots() {
  return make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
}

function onlyYou(id, app) {
  return make("p", { class: "only-you" }, `👁 ${say("onlyYou")} · `,
    make("button", { type: "button", class: "as-link", "data-focus": "dismiss", onclick: () => app.dismiss(id) }, say("dismiss")));
}

function content(message, app) {
  const text = make("div", { class: "content" }, markdown(message.content, app.names));
  if (message.edited_timestamp) (text.lastElementChild ?? text).append(" ", make("span", { class: "edited" }, say("edited")));
  const pressed = app.pressedOn(message.id);
  return [
    message.content ? text : null,
    message.embeds.map((embed) => embedElement(embed, message, app)),
    // What is made of the newer components shows the files that those name, and no others.
    isLayout(message) ? null : message.attachments.filter((file) => !isInEmbed(message, file)).map((file) => fileElement(message, file, app)),
    message.components.map((component) => componentElement(component, message, app, pressed)),
    message.edited_timestamp && !message.content ? make("p", { class: "edited" }, say("edited")) : null,
    pressed?.fate === "failed" ? make("p", { class: "failed", role: "alert" }, `⚠ ${say("failedPress")}`) : null,
  ];
}

function embedElement(embed, message, app) {
  const text = (value, name) => (value ? make("div", { class: name }, markdown(value, app.names)) : null);
  const element = make("div", { class: "embed" },
    text(embed.author?.name, "embed-author"), text(embed.title, "embed-title"), text(embed.description, "embed-text"),
    (embed.fields ?? []).map((field) => make("div", { class: field.inline ? "embed-field inline" : "embed-field" },
      text(field.name, "embed-name"), text(field.value, "embed-value"))),
    [embed.image, embed.thumbnail].map((image) => attachedImage(image?.url, message, app)),
    embed.footer?.text ? make("p", { class: "small" }, embed.footer.text) : null);
  striped(element, embed.color);
  return element;
}

/** A colour of the bot's choice; as a property of the element, which the page's policy allows and markup could not do. */
function striped(element, color) {
  if (typeof color === "number") element.style.setProperty("--stripe", `#${color.toString(16).padStart(6, "0")}`);
}

/** Pictures of the kinds that a browser cannot be made to run. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function fileAddress(message, file, app) {
  return file.data ?? `/api/file/${message.id}/${file.id}?who=${app.chat.me.id}`;
}

function isInEmbed(message, file) {
  return message.embeds.some((embed) => [embed.image, embed.thumbnail].some((image) => image?.url === `attachment://${file.filename}`));
}

/** The picture of an embed, if it came along as a file; nothing is loaded from elsewhere. */
function attachedImage(url, message, app, words) {
  return named(url, message, (file) => pictureElement(message, words ? { ...file, description: words } : file, app));
}

/** What is made of the file that came along under this name; nothing, if none did. */
function named(url, message, build) {
  const file = message.attachments.find((known) => url === `attachment://${known.filename}`);
  return file ? build(file) : null;
}

/** Whether a message is made of the newer components alone. */
function isLayout(message) {
  return ((message.flags ?? 0) & LAYOUT) !== 0;
}

function pictureElement(message, file, app) {
  const url = fileAddress(message, file, app);
  const size = { width: file.width, height: file.height };
  return make("a", { class: "picture", href: url, target: "_blank", rel: "noopener noreferrer" },
    make("img", { src: url, alt: file.description ?? file.filename, ...size }));
}

function fileElement(message, file, app) {
  if (PICTURES.includes(file.content_type?.split(";")[0])) return pictureElement(message, file, app);
  const size = file.size < 1000 ? `${file.size} B` : `${(file.size / 1000).toFixed(1)} kB`;
  return make("a", { class: "file", href: fileAddress(message, file, app), download: file.filename },
    make("span", { class: "file-icon", "aria-hidden": "true" }, "📄"),
    make("span", {}, make("strong", {}, file.filename), make("small", {}, `${size} · ${say("download")}`)));
}

function componentElement(component, message, app, pressed) {
  const below = () => (component.components ?? []).map((child) => componentElement(child, message, app, pressed));
  switch (component.type) {
    case 1: return make("div", { class: "row" }, below());
    case 2: return buttonElement(component, message, app, pressed);
    case 3: case 5: case 6: case 7: case 8: return menuElement(component, message, app, pressed);
    case 9: return make("div", { class: "section" }, make("div", { class: "beside" }, below()), componentElement(component.accessory, message, app, pressed));
    case 10: return make("div", { class: "content" }, markdown(component.content, app.names));
    case 11: return attachedImage(component.media.url, message, app, component.description);
    case 12: return make("div", { class: "gallery" }, component.items.map((item) => attachedImage(item.media.url, message, app, item.description)));
    case 13: return named(component.file.url, message, (file) => fileElement(message, file, app));
    case 14: return make(component.divider === false ? "div" : "hr", { class: component.spacing === 2 ? "apart far" : "apart" });
    case 17: return containerElement(component, below());
    default: return make("p", { class: "small" }, component.placeholder ?? "");
  }
}

function containerElement(container, inside) {
  const element = make("div", { class: "embed container" }, inside);
  striped(element, container.accent_color);
  return element;
}

function buttonElement(button, message, app, pressed) {
  const inside = [button.emoji?.name ? `${button.emoji.name} ` : null, button.label ?? ""];
  const style = `button ${BUTTONS[button.style] ?? "secondary"}`;
  const to = button.url ? messageOf(button.url) : null;
  if (to && app.jump) {
    return make("button", { type: "button", class: style, "data-focus": button.label, onclick: () => app.jump(to) }, make("span", {}, inside));
  }
  if (button.url) {
    return make("a", { class: style, href: address(button.url, app.names), target: "_blank", rel: "noopener noreferrer", "data-focus": button.label },
      inside, make("span", { class: "out", "aria-hidden": "true" }, " ↗"));
  }
  const waiting = pressed?.fate === "waiting";
  const mine = waiting && pressed.customId === button.custom_id;
  return make("button", {
    type: "button", class: mine ? `${style} busy` : style, disabled: button.disabled, "aria-disabled": waiting ? "true" : null,
    "aria-busy": mine ? "true" : null, "data-focus": button.custom_id,
    onclick: () => { if (!waiting) app.press(message, button.custom_id); },
  }, mine ? dots() : null, make("span", {}, inside));
}

/** The people, roles or channels that a menu or an option can mean, as a choice is: its name, its value. */
export function mentionable(sort, chat) {
  const named = (all, sign) => Object.entries(all).map(([value, name]) => ({ name: `${sign}${name.replace(/^@/, "")}`, value }));
  switch (sort) {
    case "people": return named(chat.people, "@");
    case "roles": return named(chat.roles, "@");
    case "people and roles": return [...mentionable("people", chat), ...mentionable("roles", chat)];
    case "channels": return named(Object.fromEntries(chat.channels.filter((channel) => channel.kind !== "dm").map((channel) => [channel.id, channel.name])), "#");
    default: return null;
  }
}

/** Discord's numbers of the menus that bring no options of their own. */
const SORTS = { 5: "people", 6: "roles", 7: "people and roles", 8: "channels" };

/** What a menu offers: its own options, or the people, roles and channels that there are. */
function offered(menu, app) {
  const chosen = new Set((menu.default_values ?? []).map((value) => value.id));
  const all = mentionable(SORTS[menu.type], app.chat);
  return all ? all.map(({ name, value }) => ({ value, label: name, default: chosen.has(value) })) : menu.options;
}

function menuElement(menu, message, app, pressed) {
  const several = (menu.max_values ?? 1) > 1;
  const all = offered(menu, app);
  const words = (option) => [option.emoji?.name, option.label, option.description && `· ${option.description}`].filter(Boolean).join(" ");
  const options = all.map((option) => make("option", { value: option.value, selected: option.default }, words(option)));
  if (!several) options.unshift(make("option", { value: "", selected: !all.some((option) => option.default) }, menu.placeholder ?? say("choose")));
  const waiting = pressed?.fate === "waiting";
  const select = make("select", { multiple: several, disabled: menu.disabled, "aria-busy": waiting ? "true" : null, "aria-label": menu.placeholder ?? say("choose"), "data-focus": menu.custom_id }, options);
  const send = () => {
    const values = [...select.selectedOptions].map((option) => option.value).filter(Boolean);
    if (values.length && !waiting) app.choose(message, menu.custom_id, values);
  };
  if (!several) {
    // With arrow keys one looks through the choices: only Enter sends then.
    let byKey = false;
    select.setAttribute("aria-description", say("menuHelp"));
    select.addEventListener("pointerdown", () => { byKey = false; });
    select.addEventListener("keydown", (event) => {
      byKey = true;
      if (event.key !== "Enter") return;
      event.preventDefault();
      send();
    });
    select.addEventListener("change", () => { if (!byKey) send(); });
  }
  return make("div", { class: "row" }, select, several ? make("button", { type: "button", class: "button primary", onclick: send }, say("choose")) : null);
}
