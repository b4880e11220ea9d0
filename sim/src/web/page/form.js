// A form that the bot opens (Discord: a modal): fields, Submit and Cancel.

import { make, post } from "./dom.js";
import { say } from "./words.js";

/** Shows the form of an interaction. */
export function openForm(did, app) {
  const dialog = document.getElementById("form");
  const inputs = (did.modal.components ?? []).flatMap((row) => {
    const field = row.component ?? row.components?.[0];
    return field ? [{ field, label: row.label ?? field.label ?? "", help: row.description }] : [];
  });
  const fields = inputs.map(({ field, label, help }) => {
    const attributes = {
      name: field.custom_id, id: `form-${field.custom_id}`, placeholder: field.placeholder, required: field.required !== false,
      minlength: field.min_length, maxlength: field.max_length,
    };
    const input = field.style === 2 ? make("textarea", { ...attributes, rows: "4" }) : make("input", { ...attributes, type: "text" });
    input.value = field.value ?? "";
    return make("div", { class: "field" }, make("label", { for: attributes.id }, label), help ? make("p", { class: "small" }, help) : null, input);
  });
  const failed = make("p", { class: "failed", role: "alert" });
  const form = make("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await post("/api/submit", { who: app.chat.me.id, interaction: did.id, fields: Object.fromEntries(new FormData(form)) });
        dialog.close();
      } catch (error) {
        failed.textContent = error.message;
      }
    },
  }, make("h2", { id: "form-title" }, did.modal.title), fields, failed,
  make("div", { class: "row end" },
    make("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, say("cancel")),
    make("button", { type: "submit", class: "button primary" }, say("submit"))));
  dialog.replaceChildren(form);
  dialog.showModal();
}
