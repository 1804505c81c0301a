// A console in a real browser: coming in, and what must hold of every page.

import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";

const modules = createRequire(`${process.env.TEST_NODE}/`);
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

export const LANGUAGES = ["zh-CN", "bo", "lis", "en"];
export const PASSWORD = "three yaks by the river";
/// An office screen, and a telephone.
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 390, height: 844 };
/// A page with its style and scripts, without fonts (the console is for slow lines).
const PAGE_BYTES_MAX = 100 * 1024;

/// Fails with what was expected.
export function must(holds, what) {
  if (!holds) { throw new Error(what); }
}

/// A browser whose microphone hears `sound`, a WAV file, where one is given.
export async function launch(sound) {
  const microphone = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
  if (sound) { microphone.push(`--use-file-for-fake-audio-capture=${sound}`); }
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", ...microphone],
  });
}

/// A browser of somebody's own; faults of its pages are kept.
export async function newcomer(browser, viewport = WIDE) {
  const context = await browser.newContext({ baseURL: new URL(process.env.LINK).origin, viewport, permissions: ["microphone"] });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => {
    if (message.type() === "error") { page.faults.push(message.text()); }
  });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  return page;
}

/// Sends the form and waits for the page that answers.
export async function send(page, button) {
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

/// Holds a button until its form is sent.
export async function hold(page, button) {
  await button.scrollIntoViewIfNeeded();
  const box = await button.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const answer = page.waitForEvent("load");
  await page.mouse.down();
  await answer;
  await page.mouse.up();
}

/// Follows a one-time link and takes a password.
export async function join(page, link, name) {
  await page.goto(link);
  if (await page.locator("input[name=name]:not([readonly])").count()) { await page.fill("input[name=name]", name); }
  await page.fill("input[name=password]", PASSWORD);
  await page.fill("input[name=again]", PASSWORD);
  await send(page, page.locator("main form button").first());
  must(await page.locator("form.who").count() === 1, `${name} is not in: ${await page.innerText("main")}`);
}

/// The engineer adds somebody; the link they come in with.
export async function add(engineer, name, roles, languages = []) {
  await engineer.goto("/people");
  const form = engineer.locator("form[action='/people/add']");
  await form.locator("input[name=name]").fill(name);
  for (const role of roles) { await form.locator(`input[value=${role}]`).check(); }
  for (const tag of languages) { await form.locator(`input[value=${tag}]`).check(); }
  await send(engineer, form.locator("button"));
  return engineer.locator("input[readonly]").inputValue();
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code that a generator shows (RFC 6238), by the county's clock; `ahead` half minutes later.
function code(secret, ahead) {
  let bits = "";
  for (const letter of secret) { bits += BASE32.indexOf(letter).toString(2).padStart(5, "0"); }
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Math.floor((Date.now() + Number(process.env.CLOCK_AHEAD_MS)) / 30000) + ahead;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1000000).padStart(6, "0");
}

/// Sets up a code generator and logs in again with it, as approvers must.
export async function prove(page, name) {
  await page.goto("/account");
  const secret = await page.innerText("p > code[lang=en]");
  const form = page.locator("form[action='/account/code']");
  await form.locator("input[name=old]").fill(PASSWORD);
  await form.locator("input[name=code]").fill(code(secret, 0));
  await send(page, form.locator("button"));
  await send(page, page.locator("form.who button"));
  await page.goto("/login");
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", PASSWORD);
  // A code is taken once; the next one is good already, for telephones whose clock is ahead.
  await page.fill("input[name=code]", code(secret, 1));
  await send(page, page.locator("main form button"));
  must(await page.locator("form.who").count() === 1, `${name} is not in with a code: ${await page.innerText("main")}`);
}

/// What must hold of a page: in its language, within its bounds, nothing refused by the policy, nothing that axe-core
/// finds serious.
export async function check(page, path, language) {
  page.faults.length = 0;
  const answer = await page.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
  const width = page.viewportSize().width;
  const place = `${path} in ${language} at ${width}`;
  must(answer.status() === 200, `${place}: ${answer.status()}`);
  must(await page.getAttribute("html", "lang") === language, `${place}: is in another language`);
  const found = await page.evaluate(async () => (await document.fonts.ready, {
    fonts: [...document.fonts].filter((one) => one.status === "loaded").map((one) => one.family.replaceAll('"', "")),
    wide: document.scrollingElement.scrollWidth,
    bytes: performance.getEntriesByType("resource").filter((one) => !one.name.includes(".woff2") && one.initiatorType !== "audio")
      .concat(performance.getEntriesByType("navigation")).reduce((sum, one) => sum + one.decodedBodySize, 0),
    ids: document.body.innerText.match(/\b(?:layout|login|account|people|today|emergency)-[a-z-]+\b/g),
  }));
  const font = { bo: "Noto Serif Tibetan", lis: "Noto Sans Lisu" }[language];
  must(!font || found.fonts.includes(font), `${place}: its letters are not from ${font}`);
  must(found.wide <= width, `${place}: is ${found.wide} wide`);
  must(found.bytes <= PAGE_BYTES_MAX, `${place}: has ${found.bytes} bytes`);
  must(!found.ids, `${place}: shows words' ids: ${found.ids}`);
  await screenshot(page, `${path.replace(/[^a-z0-9]+/gi, "_")}.${language}.${width}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  const told = serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
  must(serious.length === 0, `${place}: ${told.join("\n")}`);
  must(page.faults.length === 0, `${place}: ${page.faults.join("\n")}`);
}

/// A picture of the page for people, where they ask for it: SCREENS names a folder.
export async function screenshot(page, name) {
  if (!process.env.SCREENS) { return; }
  mkdirSync(process.env.SCREENS, { recursive: true });
  await page.screenshot({ path: `${process.env.SCREENS}/${name}.png`, fullPage: true });
}
