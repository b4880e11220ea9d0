// Elements without markup: whatever a text holds, it stays text.

/** Makes an element: `make("p", { class: "small" }, "text", child)`. Functions become listeners, null and false are left away. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Makes the children of `parent` those of `wanted` (`{ key, look, make }`), in order, touching only what looks different
 * than before, so that focus, selection and what a screen reader reads stay where they are.
 */
export function keep(parent, wanted) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const { key, look, make: build } of wanted) {
    let child = known.get(key);
    known.delete(key);
    if (!child || child.dataset.look !== look) {
      const fresh = build();
      fresh.dataset.key = key;
      fresh.dataset.look = look;
      if (child) {
        const focus = focusIn(child);
        if (place === child) place = fresh;
        child.replaceWith(fresh);
        refocus(fresh, focus);
      }
      child = fresh;
    }
    if (place === child) place = child.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of known.values()) child.remove();
}

/** What has the focus within an element, in words that a fresh copy of it understands. */
function focusIn(element) {
  const active = document.activeElement;
  return element.contains(active) ? active.dataset.focus ?? "" : null;
}

function refocus(element, focus) {
  if (focus === null) return;
  const same = focus ? element.querySelector(`[data-focus="${CSS.escape(focus)}"]`) : null;
  if (same && !same.disabled) same.focus({ preventScroll: true });
  else {
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }
}

/** Asks the server for something. Resolves to its answer; an error says why not. */
export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `${response.status}`);
  return answer;
}
