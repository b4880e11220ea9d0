// The page: who one is, what is open, what was read; the rest draws what the stream tells.

import { drawChat, drawPeople, notify } from "./chat.js";
import { drawCloud } from "./cloud.js";
import { Composer, flatten } from "./composer.js";
import { make, post } from "./dom.js";
import { openForm } from "./form.js";
import { refreshTimes } from "./markdown.js";
import { say, speak } from "./words.js";

/** From this width on both sides stand beside each other. */
const WIDE = matchMedia("(min-width: 1100px)");

class App {
  constructor() {
    this.chat = null;
    this.cloud = null;
    this.open = null;
    this.dismissed = new Set();
    this.pressed = new Map();
    this.read = new Map();
    this.seenForms = new Set();
    this.newest = null;
    this.composer = new Composer(this);
  }

  // What there is.

  channel() {
    return this.chat.channels.find((channel) => channel.id === this.open) ?? this.chat.channels[0];
  }

  get names() {
    const channels = Object.fromEntries(this.chat.channels.map((channel) => [channel.id, channel.name]));
    return {
      people: this.chat.people, roles: this.chat.roles, channels, secretBase: this.chat.secret_base,
      start: (path) => this.startCommand(path), jump: (to) => this.jump(to),
    };
  }

  commands() {
    return flatten(this.chat.commands, this.chat.me.locale);
  }

  pressedOn(message) {
    const last = this.chat.did.filter((did) => did.kind === "component" && did.message === message).at(-1);
    return last && last.fate !== "acknowledged" ? { fate: last.fate, customId: this.pressed.get(last.id) } : null;
  }

  isLoud(message) {
    const channel = this.chat.channels.find((known) => known.id === message.channel_id);
    return message.author.id !== this.chat.me.id && (message.for_me || channel?.kind === "dm");
  }

  looksAt(channel) {
    const shown = WIDE.matches || document.body.dataset.tab === "chat";
    const room = WIDE.matches || document.body.dataset.view === "room" || matchMedia("(min-width: 700px)").matches;
    return channel === this.open && shown && room && document.visibilityState === "visible";
  }

  unread(channel) {
    const last = BigInt(this.read.get(channel) ?? 0);
    const fresh = this.chat.messages.filter((message) => message.channel_id === channel && BigInt(message.id) > last
      && message.author.id !== this.chat.me.id && !message.ephemeral);
    return { count: fresh.length, loud: fresh.filter((message) => this.isLoud(message)).length };
  }

  // What one does.

  openChannel(channel) {
    const other = channel !== this.open;
    this.open = channel;
    document.body.dataset.view = "room";
    if (document.body.dataset.tab !== "chat") this.showTab("chat");
    if (other) this.composer.reset();
    this.draw();
    document.getElementById("log").focus({ preventScroll: true });
  }

  showChannels() {
    document.body.dataset.view = "channels";
    this.draw();
    document.querySelector(".channel[aria-current]")?.focus();
  }

  showTab(tab) {
    document.body.dataset.tab = tab;
    for (const button of document.querySelectorAll('[role="tab"]')) {
      const chosen = button.id === `tab-${tab}`;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    if (this.chat) this.draw();
  }

  startCommand(path) {
    this.composer.start(path);
  }

  /** Goes to a message, as a link to it does. */
  jump({ channel, message }) {
    if (!this.chat.channels.some((known) => known.id === channel)) return this.complain(say("replyGone"));
    this.openChannel(channel);
    const element = document.querySelector(`.message[data-id="${CSS.escape(message)}"]`);
    if (!element) return this.complain(say("replyGone"));
    element.tabIndex = -1;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }

  dismiss(id) {
    this.dismissed.add(id);
    this.draw();
    document.getElementById("log").focus({ preventScroll: true });
  }

  press(message, customId) {
    this.touch("/api/press", message, customId, {});
  }

  choose(message, customId, values) {
    this.touch("/api/select", message, customId, { values });
  }

  chooseOf(message, command) {
    this.did(post("/api/message-command", { who: this.chat.me.id, message: message.id, command }));
  }

  touch(path, message, customId, what) {
    this.did(post(path, { who: this.chat.me.id, message: message.id, custom_id: customId, ...what }).then((answer) => {
      this.pressed.set(answer.interaction, customId);
      this.draw();
    }));
  }

  /** What cannot be done is said. */
  did(doing) {
    doing.catch((error) => this.complain(error.message));
  }

  complain(text) {
    const toast = make("p", { class: "toast" }, text);
    document.getElementById("toasts").append(toast);
    setTimeout(() => toast.remove(), 5000);
  }

  setDms(dms) {
    this.did(post("/api/dms", { who: this.chat.me.id, dms }));
  }

  become(id) {
    sessionStorage.setItem("who", id);
    this.chat = null;
    this.open = null;
    this.composer.reset();
    this.listen();
  }

  // What the stream tells.

  listen() {
    this.source?.close();
    const source = new EventSource(`/api/stream?who=${encodeURIComponent(sessionStorage.getItem("who") ?? "")}`);
    this.source = source;
    source.addEventListener("chat", (event) => this.told(JSON.parse(event.data)));
    source.addEventListener("cloud", (event) => {
      this.cloud = JSON.parse(event.data);
      if (this.chat) drawCloud(this);
    });
    source.addEventListener("open", () => document.body.classList.remove("lost"));
    source.addEventListener("error", () => {
      if (!document.body.classList.contains("lost")) this.complain(say("lostServer"));
      document.body.classList.add("lost");
    });
  }

  told(chat) {
    const begun = this.chat === null;
    const before = this.newest ?? 0n;
    this.chat = chat;
    speak(chat.me.locale);
    sessionStorage.setItem("who", chat.me.id);
    this.newest = chat.messages.reduce((newest, message) => (BigInt(message.id) > newest ? BigInt(message.id) : newest), begun ? 0n : before);
    if (begun) {
      this.open = chat.channels.find((channel) => channel.name === "ops")?.id ?? chat.channels[0].id;
      for (const did of chat.did) this.seenForms.add(did.id);
      for (const channel of chat.channels) this.readUpTo(channel.id);
    }
    const fresh = begun ? [] : chat.messages.filter((message) => BigInt(message.id) > before && !message.thinking);
    this.draw();
    notify(this, fresh);
    const form = chat.did.find((did) => did.modal && !this.seenForms.has(did.id));
    if (form) {
      this.seenForms.add(form.id);
      openForm(form, this);
    }
  }

  readUpTo(channel) {
    const last = this.chat.messages.filter((message) => message.channel_id === channel).at(-1);
    if (last) this.read.set(channel, last.id);
  }

  draw() {
    if (!this.chat) return;
    if (this.looksAt(this.open)) this.readUpTo(this.open);
    document.getElementById("tabs").setAttribute("aria-label", say("page"));
    drawChat(this);
    drawPeople(this);
    this.composer.draw();
    if (this.cloud) drawCloud(this);
    const loud = this.chat.channels.reduce((sum, channel) => sum + this.unread(channel.id).loud, 0);
    document.title = loud ? `(${loud}) ${say("page")}` : say("page");
  }
}

const app = new App();
const people = document.getElementById("people");
document.getElementById("who").addEventListener("click", () => people.showModal());
people.addEventListener("click", (event) => { if (event.target === people) people.close(); });
document.getElementById("tabs").addEventListener("click", (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (tab) app.showTab(tab.id.replace("tab-", ""));
});
document.getElementById("tabs").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = document.body.dataset.tab === "chat" ? "cloud" : "chat";
  app.showTab(other);
  document.getElementById(`tab-${other}`).focus();
});
document.addEventListener("visibilitychange", () => app.draw());
WIDE.addEventListener("change", () => app.draw());
setInterval(refreshTimes, 5000);
app.listen();
