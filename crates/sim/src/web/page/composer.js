// Where one writes. A slash opens the commands; a chosen one shows its options as fields, each with what the bot suggests
// while one types. Enter takes the marked suggestion, or sends; Escape goes one step back.

import { make, post } from "./dom.js";
import { mentionable } from "./message.js";
import { say } from "./words.js";

/** How long typing must pause before the bot is asked. */
const PAUSE = 120;
/** Discord's numbers of options that hold true or false, a whole number, or something that is there. */
const TRUTH = 5;
const NUMBER = 4;
const SORTS = { 6: "people", 7: "channels", 8: "roles", 9: "people and roles" };

/** The commands as one types them: sub-commands with their whole path. */
export function flatten(registered, locale) {
  const words = (thing) => thing.description_localizations?.[locale] ?? thing.description;
  const walk = (node, path) => {
    const nested = (node.options ?? []).filter((option) => option.type === 1 || option.type === 2);
    if (nested.length) return nested.flatMap((option) => walk(option, [...path, option.name]));
    const options = (node.options ?? []).map((option) => ({ ...option, words: words(option) }));
    return [{ path: path.join(" "), words: words(node), options }];
  };
  return registered.filter((command) => command.type === 1).flatMap((command) => walk(command, [command.name]));
}

export class Composer {
  constructor(app) {
    this.app = app;
    this.command = null;
    this.fields = new Map();
    this.offered = [];
    this.marked = -1;
    this.asked = 0;
    this.form = document.getElementById("composer");
    this.list = make("div", { class: "suggestions", id: "suggestions", role: "listbox", hidden: true });
    this.note = make("p", { class: "failed note", role: "alert" });
    this.chip = make("button", { type: "button", class: "chip", hidden: true, onclick: () => this.leave() });
    this.slots = make("div", { class: "slots" });
    this.text = make("input", { type: "text", id: "text", role: "combobox", enterkeyhint: "send", "aria-controls": "suggestions", "aria-expanded": "false", "aria-autocomplete": "list", maxlength: "2000" });
    this.sendButton = make("button", { type: "submit", class: "send" }, make("span", { "aria-hidden": "true" }, "➤"));
    this.more = make("div", { class: "more" });
    this.form.append(this.list, this.note, make("div", { class: "strip" }, this.chip, this.more), make("div", { class: "line" }, this.slots, this.text, this.sendButton));
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("focus", () => this.typed());
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("focusout", () => setTimeout(() => { if (!this.form.contains(document.activeElement)) this.close(); }));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
  }

  /** Brings the words up to the channel and the language. */
  draw() {
    const channel = this.app.channel();
    const place = channel.kind === "dm" ? "@Bernard" : `#${channel.name}`;
    this.text.placeholder = `${say("message")} ${place}`;
    this.text.setAttribute("aria-label", `${say("message")} ${place}`);
    this.sendButton.setAttribute("aria-label", say("send"));
    this.list.setAttribute("aria-label", say("commands"));
  }

  /** Begins a command, as if its name had been typed. */
  start(path) {
    const command = this.app.commands().find((known) => known.path === path);
    if (command) this.choose(command, "");
  }

  /** Forgets what was begun; for another channel, or another person. */
  reset() {
    this.command = null;
    this.fields.clear();
    this.note.textContent = "";
    this.text.value = "";
    this.layout();
    this.close();
  }

  leave() {
    const path = this.command?.path ?? "";
    this.reset();
    this.text.value = path ? `/${path}` : "";
    this.text.focus();
    this.typed();
  }

  // The command's name.

  typed() {
    this.note.textContent = "";
    const text = this.text.value;
    if (this.command || !text.startsWith("/")) return this.close();
    if (this.app.channel().kind === "dm") return this.offer([], this.text, say("notHere"));
    const commands = this.app.commands();
    const whole = commands.filter((command) => text.startsWith(`/${command.path} `)).sort((a, b) => b.path.length - a.path.length)[0];
    if (whole) return this.choose(whole, text.slice(whole.path.length + 2), "typing on");
    const wanted = text.slice(1).trim().toLowerCase();
    const fitting = commands.filter((command) => command.path.includes(wanted))
      .sort((a, b) => Number(b.path.startsWith(wanted)) - Number(a.path.startsWith(wanted)));
    this.offer(fitting.slice(0, 25).map((command) => ({
      title: `/${command.path}`, help: command.words, take: () => this.choose(command, ""),
    })), this.text, say("noChoices"));
  }

  /** Takes a command. Who goes on typing after its name means its first option, be it required or not. */
  choose(command, rest, how) {
    this.command = command;
    this.fields.clear();
    this.text.value = "";
    for (const option of command.options.filter((known) => known.required)) this.add(option);
    if (how === "typing on" && !this.fields.size && command.options.length) this.add(command.options[0]);
    this.layout();
    this.close();
    const first = [...this.fields.values()][0];
    if (first) {
      first.input.value = rest;
      first.input.focus();
      this.suggest(first);
    } else this.sendButton.focus();
  }

  add(option) {
    const id = `option-${option.name}`;
    const input = make("input", {
      type: "text", id, role: "combobox", enterkeyhint: "send", autocapitalize: "off", spellcheck: "false", placeholder: option.words,
      "aria-controls": "suggestions", "aria-expanded": "false", "aria-autocomplete": "list", "aria-required": option.required ? "true" : null,
      inputmode: option.type === NUMBER ? "numeric" : null,
    });
    const field = { option, input, value: null };
    input.addEventListener("input", () => { field.value = null; this.suggest(field); });
    input.addEventListener("focus", () => this.suggest(field));
    this.fields.set(option.name, field);
    return field;
  }

  layout() {
    this.chip.hidden = !this.command;
    this.text.hidden = Boolean(this.command);
    this.form.classList.toggle("commanding", Boolean(this.command));
    this.chip.setAttribute("aria-label", `/${this.command?.path ?? ""}. ${say("leaveCommand")}`);
    this.chip.replaceChildren(`/${this.command?.path ?? ""}`, make("span", { "aria-hidden": "true" }, " ✕"));
    this.slots.replaceChildren(...[...this.fields.values()].map((field) => make("div", { class: "slot" },
      make("label", { for: field.input.id }, field.option.name), field.input)));
    const left = (this.command?.options ?? []).filter((option) => !this.fields.has(option.name));
    this.more.replaceChildren(...left.map((option) => make("button", {
      type: "button", class: "option", title: option.words, "aria-label": `${say("add")} ${option.name}: ${option.words}`,
      onclick: () => { const field = this.add(option); this.layout(); field.input.focus(); },
    }, `+ ${option.name}`)));
  }

  // What an option may hold.

  suggest(field) {
    const { option, input } = field;
    const text = input.value.trim().toLowerCase();
    const taking = (choice) => ({ title: choice.name, take: () => this.take(field, choice) });
    const fixed = this.fixed(option);
    if (fixed) return this.offer(fixed.filter((choice) => choice.name.toLowerCase().includes(text)).map(taking), input, say("noChoices"));
    if (!option.autocomplete) return this.offer([], input, "");
    const number = ++this.asked;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(async () => {
      const body = {
        who: this.app.chat.me.id, channel: this.app.open, command: this.command.path, options: this.values(field),
        option: option.name, partial: input.value,
      };
      const answer = await post("/api/autocomplete", body).catch(() => ({ answered: false, choices: [] }));
      if (number !== this.asked || document.activeElement !== input) return;
      this.offer(answer.choices.map(taking), input, say(answer.answered ? "noChoices" : "notAnswering"));
    }, PAUSE);
  }

  /** Everything that an option can be, if that is known without asking the bot. */
  fixed(option) {
    const { chat } = this.app;
    if (option.choices) return option.choices.map((choice) => ({ name: choice.name_localizations?.[chat.me.locale] ?? choice.name, value: choice.value }));
    if (option.type === TRUTH) return [{ name: "true", value: true }, { name: "false", value: false }];
    return mentionable(SORTS[option.type], chat);
  }

  take(field, choice) {
    field.input.value = choice.name;
    field.value = choice.value;
    this.asked += 1;
    this.close();
    const next = [...this.fields.values()].find((other) => other.option.required && !other.input.value);
    (next?.input ?? field.input).focus();
    // The focus may have been there already: what was taken is not offered again.
    if (!next) this.close();
  }

  /** The filled fields as the server wants them, without the one being typed. */
  values(but) {
    const filled = [...this.fields.values()].filter((field) => field !== but && field.input.value.trim());
    return Object.fromEntries(filled.map(({ option, input, value }) => {
      const chosen = this.fixed(option)?.find((choice) => choice.name.toLowerCase() === input.value.trim().toLowerCase());
      return [option.name, value ?? chosen?.value ?? input.value.trim()];
    }));
  }

  // The list above the line.

  offer(offered, input, empty) {
    this.offered = offered;
    // Nothing is taken by Enter that nobody asked for: an option that may stay empty.
    const spare = this.command && input.getAttribute("aria-required") !== "true" && !input.value;
    this.marked = offered.length && !spare ? 0 : -1;
    this.owner = input;
    const shown = offered.length > 0 || Boolean(empty);
    this.list.hidden = !shown;
    this.list.replaceChildren(...offered.map((one, at) => make("div", {
      role: "option", id: `suggestion-${at}`, class: "suggestion", "aria-selected": String(at === this.marked),
      onpointerdown: (event) => event.preventDefault(), onclick: () => one.take(),
    }, make("strong", {}, one.title), one.help ? make("span", {}, one.help) : null)));
    if (!offered.length && empty) this.list.append(make("div", { role: "option", "aria-selected": "false", "aria-disabled": "true", class: "suggestion none" }, empty));
    for (const other of this.form.querySelectorAll('[role="combobox"]')) other.setAttribute("aria-expanded", String(shown && other === input));
    this.mark();
  }

  close() {
    clearTimeout(this.waiting);
    this.offered = [];
    this.marked = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    for (const other of this.form.querySelectorAll('[role="combobox"]')) {
      other.setAttribute("aria-expanded", "false");
      other.removeAttribute("aria-activedescendant");
    }
  }

  mark() {
    [...this.list.children].forEach((child, at) => {
      if (this.offered.length) child.setAttribute("aria-selected", String(at === this.marked));
    });
    if (this.marked >= 0) {
      this.owner.setAttribute("aria-activedescendant", `suggestion-${this.marked}`);
      this.list.children[this.marked].scrollIntoView({ block: "nearest" });
    } else this.owner?.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const many = this.offered.length;
    const typing = event.target.getAttribute("role") === "combobox";
    if (many && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const from = this.marked < 0 && event.key === "ArrowUp" ? 0 : this.marked;
      this.marked = (from + (event.key === "ArrowDown" ? 1 : many - 1)) % many;
      this.mark();
    } else if (typing && event.key === "Enter") {
      event.preventDefault();
      if (this.marked >= 0) this.offered[this.marked].take();
      else this.send();
    } else if (typing && event.key === "Tab" && !event.shiftKey && this.marked >= 0) {
      event.preventDefault();
      this.offered[this.marked].take();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!this.list.hidden) this.close();
      else if (this.command) this.leave();
    } else if (event.key === "Backspace" && this.command && typing && !event.target.value) {
      event.preventDefault();
      this.leave();
    }
  }

  async send() {
    const { app, command } = this;
    try {
      if (!command) {
        const text = this.text.value.trim();
        if (!text || text.startsWith("/")) return;
        this.text.value = "";
        await post("/api/say", { who: app.chat.me.id, channel: app.open, text });
        return;
      }
      const missing = [...this.fields.values()].find((field) => field.option.required && !field.input.value.trim());
      if (missing) {
        this.note.textContent = `${say("required")} ${missing.option.name}`;
        missing.input.focus();
        return;
      }
      const sent = { who: app.chat.me.id, channel: app.open, command: command.path, options: this.values(null) };
      await post("/api/slash", sent);
      this.reset();
      this.text.focus();
    } catch (error) {
      this.note.textContent = error.message;
    }
  }
}
