// What OVHcloud sees, and the trouble one can make there.

import { keep, make, post } from "./dom.js";
import { say } from "./words.js";

/** Draws this side. */
export function drawCloud(app) {
  const { cloud } = app;
  const section = (key, look, build) => ({ key, look: JSON.stringify([look, app.chat?.me.locale]), make: build });
  const many = cloud.servers.length > 8;
  const names = new Map(cloud.servers.map((server) => [server.name, server.display_name ?? server.name]));
  const root = document.getElementById("cloud");
  keep(root, [
    section("bot", cloud.bot, () => botElement(cloud)),
    section("monitoring", cloud.bot, () => monitoringElement(cloud)),
    section("trouble", cloud.troubles, () => troubleElement(cloud)),
    section("servers-title", "", () => make("h2", {}, say("serversTitle"))),
    section("servers", many, () => make("div", { class: many ? "servers many" : "servers", id: "servers", ...(many && { tabindex: "0", role: "group", "aria-label": say("serversTitle") }) })),
    section("calls-title", cloud.calls_in_all, () => make("h2", {}, say("calls"), " ", make("small", {}, say("inAll", cloud.calls_in_all)))),
    section("calls", "", () => make("ol", { class: "calls", id: "calls", tabindex: "0", "aria-label": say("calls") })),
    section("mails-title", "", () => make("h2", {}, say("mails"))),
    section("mails", "", () => make("ul", { class: "mails", id: "mails" })),
  ]);
  keep(document.getElementById("servers"), cloud.servers.map((server) => section(server.name, server, () => serverElement(server))));
  keep(document.getElementById("calls"), cloud.calls.length
    ? [...cloud.calls].reverse().map((call) => section(String(call.number), call, () => callElement(call, names)))
    : [section("none", "", () => make("li", { class: "small" }, say("noCalls")))]);
  keep(document.getElementById("mails"), cloud.mails.length
    ? cloud.mails.map((mail) => section(String(mail.id), mail, () => make("li", {}, make("strong", {}, mail.subject), make("small", {}, `→ ${mail.to}`))))
    : [section("none", "", () => make("li", { class: "small" }, say("noMails")))]);
}

function botElement(cloud) {
  const dead = cloud.bot === "dead";
  return make("div", { class: dead ? "bot-card dead" : "bot-card" },
    make("span", { class: "avatar of-bot", "aria-hidden": "true" }),
    make("p", { role: "status" }, make("strong", {}, say(cloud.bot)), make("small", {}, say("killHelp"))),
    make("button", { type: "button", class: "button danger", disabled: dead, "data-focus": "kill", onclick: () => post("/api/kill").catch(() => {}) }, say("kill")));
}

/** What monitoring can tell the bot: it proposes, and never acts. */
function monitoringElement(cloud) {
  const tell = (answers) => make("button", {
    type: "button", class: "button secondary", disabled: cloud.bot === "dead", "data-focus": answers,
    onclick: () => post("/api/monitoring", { answers }).catch(() => {}),
  }, say(`answers-${answers}`));
  return make("div", { class: "trouble" }, make("h2", {}, say("monitoring")),
    make("div", { class: "row" }, tell("no-more"), tell("again")), make("p", { class: "small" }, say("monitoringHelp")));
}

function troubleElement(cloud) {
  return make("div", { class: "trouble" }, make("h2", {}, say("trouble")),
    make("div", { class: "row" }, TROUBLES.map((trouble) => make("button", {
      type: "button", class: "button secondary toggle", "aria-pressed": String(cloud.troubles[trouble]), "data-focus": trouble,
      onclick: () => post("/api/trouble", { trouble }).catch(() => {}),
    }, say(trouble)))),
    make("p", { class: "small" }, say("troubleHelp")));
}

/** Those that happen once, then those that last. */
const TROUBLES = ["lose-reboot", "lose-next", "fail-task", "stuck-task", "slow", "unavailable", "expired-key", "set-script"];
const LOOKS = { installed: "good", "windows-rescue": "rescue", "linux-rescue": "rescue", dark: "away", off: "away" };

function serverElement(server) {
  const fact = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
  return make("article", { class: "server", "aria-label": server.display_name ?? server.name },
    make("header", {},
      make("h3", {}, server.display_name ?? server.name),
      make("span", { class: `pill ${LOOKS[server.running] ?? "away"}` }, say(server.running))),
    make("p", { class: "small" }, `${server.os === "windows" ? "Windows" : "Linux"} · ${server.ip}${server.tags.env === "prod" ? ` · 🔒 ${say("protected")}` : ""}`),
    make("dl", {}, fact(say("boots"), say(server.boots ?? "nothing"))),
    make("p", { class: "reboots" }, make("strong", {}, say("reboots", server.reboots))),
    make("ul", { class: "tasks" }, server.tasks.map((task) => make("li", { class: task.live ? "live" : "" },
      make("span", {}, `${task.id} ${task.function}`), make("span", { class: `pill ${task.live ? "rescue" : task.status === "done" ? "good" : "away"}` }, task.status)))));
}

function callElement(call, names) {
  const status = call.status === null ? say("noAnswer") : String(call.status);
  const look = call.status === null || call.status >= 400 ? "bad" : "fine";
  const path = call.path.split("/").map((part) => names.get(part) ?? part).join("/");
  return make("li", { class: call.writes ? "writes" : "" }, make("span", { class: "method" }, call.method), make("code", { title: call.path }, path), make("span", { class: look }, status));
}
