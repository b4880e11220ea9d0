// What every story needs: a demo of its own, a browser, and somebody's phone or desk.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import axe from "axe-core";
import { chromium } from "playwright-core";

/** How long anything may take: generous, because nothing depends on it. */
export const PATIENCE = 60_000;
/** Fast enough for a test, slow enough to do something in the middle of it. */
const SPEED = "40";
const PROGRAM = process.env.BERNARD ?? "target/debug/bernard";
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** A folder (`crates/sim/src/web/page`) whose files the browser gets instead of the program's: a change to the page needs no build then. */
const PAGE = process.env.PAGE;
/** A closed network is no fault, and a browser that looks for the world outside is slow in it. */
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1, timezoneId: "Europe/Paris" };
const DESK = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, timezoneId: "Europe/Paris" };

/** Somebody's device, by day or by night. */
export const PHONE_LIGHT = { name: "phone, light", ...PHONE, colorScheme: "light" };
export const PHONE_DARK = { name: "phone, dark", ...PHONE, colorScheme: "dark" };
export const DESK_LIGHT = { name: "desk, light", ...DESK, colorScheme: "light" };
export const DESK_DARK = { name: "desk, dark", ...DESK, colorScheme: "dark" };
export const ALL = [PHONE_LIGHT, PHONE_DARK, DESK_LIGHT, DESK_DARK];

let browser;

/** The one browser of the run. */
async function theBrowser() {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** A running demo. */
export class Demo {
  static async start(...flags) {
    const demo = new Demo();
    demo.folder = await mkdtemp(join(tmpdir(), "bernard-browser-"));
    demo.faults = [];
    demo.contexts = [];
    const environment = { ...process.env, TMPDIR: demo.folder };
    demo.process = spawn(PROGRAM, ["demo", "--listen", "127.0.0.1:0", "--speed", SPEED, ...flags], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
    demo.exited = once(demo.process, "exit");
    const lines = createInterface({ input: demo.process.stdout });
    const [url] = await Promise.race([once(lines, "line"), demo.exited.then(() => { throw new Error("the demo ended before it began"); })]);
    demo.url = url;
    return demo;
  }

  /** Somebody's device with the page on it, as Ann. */
  async open({ name: _, ...device }) {
    const context = await (await theBrowser()).newContext(device);
    this.contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    await context.addInitScript(rememberStreams);
    if (PAGE) await context.route(/\/([a-z]+\.(js|css))?$/, (route) => this.fromFolder(route));
    const page = await context.newPage();
    this.watch(page);
    await page.goto(this.url);
    await page.getByText("Bernard: online").waitFor();
    return page;
  }

  async fromFolder(route) {
    const path = new URL(route.request().url()).pathname;
    if (path.startsWith("/api/")) return route.continue();
    const file = path === "/" ? "index.html" : path === "/secret/" ? "secret.html" : path.slice(1);
    const response = await route.fetch();
    return route.fulfill({ response, body: await readFile(join(PAGE, file)) });
  }

  /** Notes what goes wrong in a page. */
  watch(page) {
    page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") this.faults.push(message.text()); });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("requestfailed", (request) => { if (!request.url().includes("/api/stream")) this.faults.push(`${request.url()}: ${request.failure()?.errorText}`); });
    page.on("request", (request) => { if (!request.url().startsWith(this.url) && !request.url().startsWith("data:")) this.faults.push(`left the page: ${request.url()}`); });
  }

  /** Ends it as Ctrl-C does; says its exit code and what it has left behind. */
  async stop() {
    for (const context of this.contexts) await context.close();
    this.process.kill("SIGINT");
    const [code] = await this.exited;
    const left = await readdir(this.folder);
    await rm(this.folder, { recursive: true });
    return { code, left };
  }
}

/** In the page: keeps its streams, for `deafen`. */
function rememberStreams() {
  const streams = [];
  globalThis.EventSource = class extends EventSource {
    constructor(...told) {
      super(...told);
      streams.push(this);
    }
  };
  globalThis.deafen = () => streams.forEach((stream) => stream.close());
}

/** From now on the page hears nothing new and draws nothing by itself: what a story puts there stays. */
export async function deafen(page) {
  await page.evaluate(() => globalThis.deafen());
}

/** Taps with a thumb, or clicks, as the device has it. */
export async function push(locator) {
  const coarse = await locator.page().evaluate(() => matchMedia("(pointer: coarse)").matches);
  await (coarse ? locator.tap() : locator.click());
}

/** Becomes somebody else. */
export async function become(page, name) {
  await push(page.locator("#who"));
  await push(page.getByRole("dialog").getByRole("button", { name: new RegExp(`${name}`) }));
  await page.locator("#who", { has: page.getByText(name[0], { exact: true }) }).waitFor();
}

/** Types a command with its server into the composer, taps the suggestion, and sends it. */
export async function command(page, path, server, options = {}) {
  await push(page.locator("#text"));
  await page.keyboard.type(`/${path} `);
  await page.getByRole("combobox", { name: /server|serveur/ }).waitFor();
  await page.keyboard.type(server);
  await push(page.getByRole("option", { name: new RegExp(`^${server}`) }).first());
  for (const [name, value] of Object.entries(options)) await option(page, name, value);
  await page.keyboard.press("Enter");
}

/** Fills in one more option of the command; what is offered for it is taken. */
export async function option(page, name, value) {
  const field = page.locator(`#option-${name}`);
  if (!(await field.isVisible())) await push(page.locator(".option", { hasText: `+ ${name}` }));
  await field.fill(value);
  const offered = page.getByRole("option", { name: value }).first();
  if (await offered.isVisible()) await push(offered);
}

/** The newest message of the open channel that holds a text. */
export function message(page, text) {
  return page.locator(".message", { hasText: text }).last();
}

/** Opens a channel, on a phone by way of the list. */
export async function channel(page, name) {
  const back = page.locator(".back");
  if (await back.isVisible()) await push(back);
  await push(page.locator(".channel", { hasText: name }));
}

/** Turns to one side of the page; on a desk both are there. */
export async function side(page, name) {
  const tab = page.getByRole("tab", { name });
  if (await tab.isVisible()) await push(tab);
}

/** What OVHcloud knows of a server: drawn on its side of the page, which a phone may not show now. */
export function server(page, name) {
  return page.getByRole("article", { name, exact: true, includeHidden: true });
}

/** Waits until the bot has rebooted a server so often, and not otherwise. */
export async function reboots(page, name, count) {
  await server(page, name).getByText(count === 1 ? "1 reboot by the bot" : `${count} reboots by the bot`).waitFor({ state: "attached" });
}

/** Fails when axe-core finds something serious. */
export async function accessible(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  const lines = serious.map((violation) => `${violation.id}: ${violation.help}\n  ${violation.nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n  ")}`);
  if (lines.length) throw new Error(`${where} is not accessible:\n${lines.join("\n")}`);
}
