// What every story needs: a demo of its own, a browser, and somebody's phone or desk.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
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
/** A closed network is no fault, and a browser that looks for the world outside is slow in it. */
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1, timezoneId: "Europe/Paris" };
export const DESK = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, timezoneId: "Europe/Paris" };

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
  async open(device, more = {}) {
    const context = await (await theBrowser()).newContext({ ...device, ...more });
    this.contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    this.watch(page);
    await page.goto(this.url);
    await page.getByText("Bernard: online").waitFor();
    return page;
  }

  /** Notes what goes wrong in a page. */
  watch(page) {
    page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") this.faults.push(message.text()); });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("requestfailed", (request) => { if (!request.url().includes("/api/stream")) this.faults.push(`${request.url()}: ${request.failure()?.errorText}`); });
    page.on("request", (request) => { if (!request.url().startsWith(this.url)) this.faults.push(`left the page: ${request.url()}`); });
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

/** Becomes somebody else. */
export async function become(page, name) {
  await page.locator("#who").click();
  await page.getByRole("dialog").getByRole("button", { name: new RegExp(`${name}`) }).click();
  await page.locator("#who", { has: page.getByText(name[0], { exact: true }) }).waitFor();
}

/** Types a command with its server into the composer, taps the suggestion, and sends it. */
export async function command(page, path, server) {
  await page.locator("#text").click();
  await page.keyboard.type(`/${path} `);
  const field = page.getByRole("combobox", { name: /server|serveur/ });
  await field.waitFor();
  await page.keyboard.type(server);
  await page.getByRole("option", { name: new RegExp(`^${server}`) }).click();
  await page.keyboard.press("Enter");
}

/** The newest message of the open channel that holds a text. */
export function message(page, text) {
  return page.locator(".message", { hasText: text }).last();
}

/** Opens a channel, on a phone by way of the list. */
export async function channel(page, name) {
  const back = page.locator(".back");
  if (await back.isVisible()) await back.click();
  await page.locator(".channel", { hasText: name }).click();
}

/** What OVHcloud knows of a server: shown on its side of the page. */
export function server(page, name) {
  return page.getByRole("article", { name, exact: true });
}

/** Fails when axe-core finds something serious. */
export async function accessible(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  const lines = serious.map((violation) => `${violation.id}: ${violation.help}\n  ${violation.nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n  ")}`);
  if (lines.length) throw new Error(`${where} is not accessible:\n${lines.join("\n")}`);
}
