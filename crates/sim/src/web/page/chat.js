// The small Discord: channels at the left (a screen of their own on a phone), the open channel at the right.

import { keep, make } from "./dom.js";
import { attemptElement, dots, messageElement, tint } from "./message.js";
import { plain } from "./markdown.js";
import { say, spoken } from "./words.js";

/** Messages of one author this close together stand under one head. */
const TOGETHER = 5 * 60 * 1000;
/** How long a notification stays. */
const TOAST = 7000;
/** How close to its end a log must be for new messages to be followed. */
const NEAR = 120;

/** Draws everything of this side. */
export function drawChat(app) {
  drawChannels(app);
  drawHead(app);
  drawLog(app);
  drawTyping(app);
}

/** "… is typing", for as long as Discord says. */
function drawTyping(app) {
  const left = (app.chat.typing?.[app.open] ?? 0) - Date.now();
  keep(document.getElementById("typing"), left > 0
    ? [{ key: "typing", look: say("typing"), make: () => make("span", {}, dots(), " ", make("strong", {}, app.chat.people[app.chat.bot]), ` ${say("typing")}`) }]
    : []);
  clearTimeout(app.typingEnds);
  if (left > 0) app.typingEnds = setTimeout(() => drawTyping(app), left + 50);
}

function channelName(channel) {
  return channel.kind === "dm" ? "Bernard" : channel.name;
}

function drawChannels(app) {
  const nav = document.getElementById("channels");
  nav.setAttribute("aria-label", say("channels"));
  const texts = app.chat.channels.filter((channel) => channel.kind !== "dm");
  const ordered = texts.filter((channel) => channel.kind === "text").sort((a, b) => (a.name === "ops" ? -1 : b.name === "ops" ? 1 : 0))
    .flatMap((channel) => [channel, ...texts.filter((thread) => thread.parent === channel.id)]);
  const dms = app.chat.channels.filter((channel) => channel.kind === "dm");
  const item = (channel) => {
    const unread = app.unread(channel.id);
    const open = channel.id === app.open;
    return {
      key: channel.id, look: JSON.stringify([channel, unread, open, app.chat.online, app.chat.me.locale]),
      make: () => make("button", {
        type: "button", class: `channel ${channel.kind}${unread.count ? " unread" : ""}`, "aria-current": open ? "page" : null,
        "data-focus": "self", onclick: () => app.openChannel(channel.id),
      },
      channel.kind === "dm"
        ? make("span", { class: "avatar of-bot", "aria-hidden": "true" })
        : make("span", { class: "sign", "aria-hidden": "true" }, channel.kind === "thread" ? "↳" : "#"),
      make("span", { class: "name" }, channelName(channel),
        channel.kind === "dm" ? make("small", { class: app.chat.online ? "on" : "" }, say(app.chat.online ? "online" : "offline")) : null),
      unread.loud ? make("span", { class: "count" }, String(unread.loud), make("span", { class: "unseen" }, ` ${say("newMessage")}`)) : null),
    };
  };
  const title = (key, text) => ({ key, look: text, make: () => make("h2", {}, text) });
  keep(nav, [
    { key: "guild", look: say("guild"), make: () => make("p", { class: "guild" }, say("guild")) },
    title("t1", say("channels")), ...ordered.map(item), title("t2", say("messages")), ...dms.map(item),
  ]);
}

function drawHead(app) {
  const channel = app.channel();
  const elsewhere = app.chat.channels.filter((other) => other.id !== channel.id).reduce((sum, other) => sum + app.unread(other.id).loud, 0);
  const sign = channel.kind === "dm" ? "@" : channel.kind === "thread" ? "↳" : "#";
  keep(document.getElementById("room-head"), [
    {
      key: "back", look: `${elsewhere}${say("back")}`,
      make: () => make("button", { type: "button", class: "back", onclick: () => app.showChannels() },
        make("span", { "aria-hidden": "true" }, "‹"), elsewhere ? make("span", { class: "count" }, String(elsewhere)) : null, make("span", { class: "unseen" }, ` ${say("back")}`)),
    },
    { key: "name", look: JSON.stringify(channel), make: () => make("h2", {}, make("span", { class: "sign", "aria-hidden": "true" }, sign), " ", channelName(channel)) },
    {
      key: "state", look: String(app.chat.online) + say("online"),
      make: () => make("span", { class: app.chat.online ? "state on" : "state" }, `Bernard: ${say(app.chat.online ? "online" : "offline")}`),
    },
  ]);
}

function drawLog(app) {
  const log = document.getElementById("log");
  log.setAttribute("aria-label", say("log"));
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR || log.dataset.channel !== app.open;
  log.dataset.channel = app.open;
  keep(log, [welcome(app), ...entries(app)]);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** Messages and attempts of the open channel in their order. */
function entries(app) {
  const messages = app.chat.messages.filter((message) => message.channel_id === app.open && !app.dismissed.has(message.id));
  const answered = new Set(app.chat.messages.map((message) => message.answers));
  const attempts = app.chat.did.filter((did) => did.kind === "command" && did.channel === app.open && !app.dismissed.has(did.id)
    && (did.fate === "failed" || (did.fate === "waiting" && !answered.has(did.id))));
  const all = [...messages, ...attempts].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  let before = null;
  let day = null;
  return all.flatMap((entry) => {
    if (entry.fate) {
      before = null;
      return [{ key: entry.id, look: JSON.stringify([entry, app.chat.me.locale]), make: () => attemptElement(entry, app) }];
    }
    const date = new Date(entry.timestamp);
    const follows = before && before.author.id === entry.author.id && !entry.interaction_metadata?.name && !entry.ephemeral && !before.ephemeral
      && date - new Date(before.timestamp) < TOGETHER;
    before = entry;
    const message = { ...entry, follows };
    const drawn = { key: entry.id, look: JSON.stringify([message, app.pressedOn(entry.id), app.chat.me.locale, app.names.channels]), make: () => messageElement(message, app) };
    const name = new Intl.DateTimeFormat(spoken(), { dateStyle: "long" }).format(date);
    if (name === day) return [drawn];
    day = name;
    return [{ key: `day-${name}`, look: name, make: () => make("p", { class: "day" }, make("span", {}, name)) }, drawn];
  });
}

function welcome(app) {
  const channel = app.channel();
  const ops = channel.kind !== "dm" && channel.name !== "general";
  const commands = ["rescue enable", "status", "guide", "help"].filter((path) => app.commands().some((command) => command.path === path));
  return {
    key: `welcome-${channel.id}`, look: JSON.stringify([channel, commands, app.chat.me.locale]),
    make: () => make("div", { class: "welcome" },
      make("span", { class: channel.kind === "dm" ? "avatar big of-bot" : "avatar big sign-of", "aria-hidden": "true" }, channel.kind === "dm" ? "" : "#"),
      make("p", { class: "heading" }, channel.kind === "dm" ? "Bernard" : say("welcome", channel.name)),
      make("p", {}, channel.kind === "dm" ? say("welcomeDm") : ops ? say("welcomeText") : say("welcomeOther")),
      ops ? make("p", { class: "row" }, commands.map((path) => make("button", {
        type: "button", class: "button secondary", onclick: () => app.startCommand(path),
      }, `/${path}`))) : null),
  };
}

/** Shows new messages that ring, as a phone would, unless they are being looked at. */
export function notify(app, fresh) {
  const ring = fresh.filter((message) => app.isLoud(message) && !message.silent && !app.looksAt(message.channel_id));
  for (const message of ring.slice(-3)) {
    const channel = app.chat.channels.find((known) => known.id === message.channel_id);
    const where = channel.kind === "dm" ? say("messages") : `#${channel.name}`;
    // A lock screen shows the first words; the bot sees to it that no link is among them.
    const text = plain(message.content.slice(0, 200), app.names);
    const toast = make("button", { type: "button", class: "toast", onclick: () => { toast.remove(); app.openChannel(channel.id); } },
      make("span", { class: "avatar of-bot", "aria-hidden": "true" }),
      make("span", { class: "toast-text" }, make("strong", {}, `${message.author.username} · ${where}`), make("span", {}, text)));
    const toasts = document.getElementById("toasts");
    toasts.append(toast);
    while (toasts.children.length > 2) toasts.firstElementChild.remove();
    setTimeout(() => toast.remove(), TOAST);
  }
}

/** The dialog in which one becomes somebody else, and opens or closes one's DMs. */
export function drawPeople(app) {
  const who = document.getElementById("who");
  const { me, cast } = app.chat;
  keep(who, [{
    key: "me", look: JSON.stringify(me),
    make: () => make("span", { class: "who-inner" }, make("span", { class: `avatar ${tint(me.id)}`, "aria-hidden": "true" }, me.name[0]),
      make("span", { class: "unseen" }, `${say("you")} ${me.name}. ${say("change")}`),
      make("span", { class: "who-name", "aria-hidden": "true" }, me.name), me.dms === "closed" ? make("span", { "aria-hidden": "true" }, "🔕") : null),
  }]);
  const dialog = document.getElementById("people");
  const roles = me.roles.map((role) => app.chat.roles[role]).filter(Boolean).join(", ");
  keep(dialog, [
    { key: "title", look: say("people"), make: () => make("h2", { id: "people-title" }, say("people")) },
    ...cast.map((member) => ({
      key: member.id, look: JSON.stringify([member, me.id, me.locale, roles]),
      make: () => make("button", {
        type: "button", class: "person", "aria-pressed": String(member.id === me.id), "data-focus": "self",
        onclick: () => { dialog.close(); if (member.id !== me.id) app.become(member.id); },
      }, make("span", { class: `avatar ${tint(member.id)}`, "aria-hidden": "true" }, member.name[0]),
      make("span", {}, make("strong", {}, member.name), make("small", {}, say(member.part)))),
    })),
    {
      key: "dms", look: JSON.stringify([me.dms, me.locale]),
      make: () => make("div", { class: "setting" },
        make("label", { class: "switch" },
          make("input", { type: "checkbox", role: "switch", checked: me.dms === "open", "data-focus": "dms", onchange: (event) => app.setDms(event.target.checked ? "open" : "closed") }),
          make("span", {}, `${say("dms")}: `, make("strong", {}, say(me.dms === "open" ? "dmsOpen" : "dmsClosed")))),
        make("p", { class: "small" }, say("dmsHelp"))),
    },
    { key: "close", look: say("close"), make: () => make("button", { type: "button", class: "button secondary wide", onclick: () => dialog.close() }, say("close")) },
  ]);
}
