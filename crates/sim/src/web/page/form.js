// A form that the bot opens (Discord: a modal): its title, texts and fields, Submit and Cancel. The browser keeps the focus in
// it, Escape leaves it, and leaving sends nothing, as at Discord.

import { make, post } from "./dom.js";
import { markdown } from "./markdown.js";
import { say } from "./words.js";

const ROW = 1;
const MENU = 3;
const TEXT = 4;
const WORDS = 10;
const LABEL = 18;
const PARAGRAPH = 2;
/** What a field takes when the bot does not say. */
const MOST = 4000;

/** Shows the form of an interaction. */
export function openForm(did, app) {
  const dialog = document.getElementById("form");
  const parts = (did.modal.components ?? []).map((part) => partElement(part, app)).filter(Boolean);
  const failed = make("p", { class: "failed", role: "alert" });
  const send = make("button", { type: "submit", class: "button primary" }, say("submit"));
  const form = make("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      send.disabled = true;
      try {
        await post("/api/submit", { who: app.chat.me.id, interaction: did.id, fields: Object.fromEntries(new FormData(form)) });
        dialog.close();
      } catch (error) {
        failed.textContent = error.message;
      } finally {
        send.disabled = false;
      }
    },
  }, make("h2", { id: "form-title" }, did.modal.title), parts, failed,
  make("div", { class: "row end" },
    make("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, say("cancel")), send));
  dialog.replaceChildren(form);
  // What was pressed may have been drawn anew meanwhile: the focus must not fall out of the page.
  dialog.onclose = () => {
    if (document.activeElement === document.body || document.activeElement === null) document.getElementById("log").focus({ preventScroll: true });
  };
  dialog.showModal();
  form.querySelector("input, textarea, select")?.focus();
}

function partElement(part, app) {
  switch (part.type) {
    case ROW: return fieldElement(part.components?.[0], part.components?.[0]?.label, null);
    case LABEL: return fieldElement(part.component, part.label, part.description);
    case WORDS: return make("div", { class: "content" }, markdown(part.content, app.names));
    default: return null;
  }
}

/** A label, its help, and what is to be filled in. */
function fieldElement(field, label, help) {
  if (!field) return null;
  const id = `form-${field.custom_id}`;
  const needed = field.required !== false;
  const bounded = field.type === TEXT && (field.min_length || field.max_length);
  const notes = [help, bounded ? say("length", field.min_length ?? 0, field.max_length ?? MOST) : null].filter(Boolean);
  const attributes = { id, name: field.custom_id, required: needed, "aria-describedby": notes.length ? `${id}-help` : null };
  return make("div", { class: "field" },
    make("label", { for: id }, label ?? "", needed ? [make("span", { class: "needed", "aria-hidden": "true" }, " *"), make("span", { class: "unseen" }, ` (${say("needed")})`)] : null),
    notes.length ? make("p", { class: "small", id: `${id}-help` }, notes.join(" · ")) : null,
    inputElement(field, attributes));
}

function inputElement(field, attributes) {
  if (field.type === MENU) {
    return make("select", attributes, (field.options ?? []).map((option) => make("option", { value: option.value, selected: option.default }, option.label)));
  }
  const bounds = { placeholder: field.placeholder, minlength: field.min_length, maxlength: field.max_length ?? MOST };
  const input = field.style === PARAGRAPH
    ? make("textarea", { ...attributes, ...bounds, rows: "4" })
    : make("input", { ...attributes, ...bounds, type: "text" });
  input.value = field.value ?? "";
  return input;
}
