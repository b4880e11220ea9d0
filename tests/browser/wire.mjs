// The page's own calls without the page: to bring something about quickly, or to ask what is there.

import { PATIENCE } from "./demo.mjs";

/** What the stream tells a person now (the first of the cast, if nobody is named). */
export async function told(demo, who = "") {
  const response = await fetch(`${demo.url}/api/stream?who=${who}`);
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const found = /event: chat\ndata: (.*)\n\n/.exec(text);
    // Leaving the loop closes the stream.
    if (found) return JSON.parse(found[1]);
  }
  throw new Error("the stream ended");
}

/** Asks until there is an answer. */
async function until(what, ask) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

async function post(demo, path, body) {
  const response = await fetch(`${demo.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${answer.error}`);
  return answer;
}

/** One of the cast, at their client. */
export class Somebody {
  static async of(demo, name) {
    const chat = await until("the bot", async () => { const now = await told(demo); return now.online && now.commands.length ? now : null; });
    const somebody = new Somebody();
    somebody.demo = demo;
    somebody.id = chat.cast.find((member) => member.name === name).id;
    somebody.ops = chat.channels.find((channel) => channel.name === "ops").id;
    return somebody;
  }

  told() {
    return told(this.demo, this.id);
  }

  /** Types a command; resolves to its answers. */
  async asks(command, options = {}) {
    const { interaction } = await post(this.demo, "/api/slash", { who: this.id, channel: this.ops, command, options });
    return this.answersOf(interaction);
  }

  async answersOf(interaction) {
    return until("an answer", async () => {
      const { messages } = await this.told();
      const answers = messages.filter((message) => message.answers === interaction && !message.thinking);
      return answers.length ? answers : null;
    });
  }

  /** Presses the button of that label, or the one that says more than it. */
  async presses(message, label) {
    const button = parts(message.components).find((one) => one.label?.startsWith(label));
    if (!button) throw new Error(`no button ${label} under: ${words(message)}`);
    return post(this.demo, "/api/press", { who: this.id, message: message.id, custom_id: button.custom_id });
  }

  /** Waits for a message that holds these texts. */
  async sees(...texts) {
    return until(texts.join(" "), async () => (await this.told()).messages.find((message) => texts.every((text) => words(message).includes(text))));
  }
}

/** What a message says: its text, or the texts among its components. */
export function words({ content, components }) {
  return [content, ...parts(components).map((one) => one.content)].filter(Boolean).join("\n");
}

/** All that a message is made of, whatever it stands in. */
function parts(components) {
  return components.flatMap((one) => [one, ...parts(one.components ?? []), ...parts(one.accessory ? [one.accessory] : [])]);
}
