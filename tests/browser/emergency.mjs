// An emergency from two people's browsers, one of them a telephone: filed, confirmed, live, all clear; then once more with
// the signatures of both; and a drill.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { NARROW, add, hold, join, launch, must, newcomer, prove, send, screenshot } from "./console.mjs";

const { BINARY, COUNTY } = process.env;
const people = { Tashi: null, Apu: null };

/// A key of somebody's own, under a passphrase, as the engineer has it made.
function makeKey(name) {
  writeFileSync(`${COUNTY}/${name}.pass`, `${name} 的口令 四个词 很长\n`);
  execFileSync(BINARY, ["--home", COUNTY, "keys", "approver", name, "--out", `${COUNTY}/${name}.key`, "--passphrase-file", `${COUNTY}/${name}.pass`]);
}

async function fill(page, name, passphrase) {
  await page.setInputFiles("#key", `${COUNTY}/${name}.key`);
  await page.fill("#passphrase", passphrase);
}

/// Files what a template says, where it says so.
async function file(page, title) {
  await page.goto("/emergency");
  await page.click(`p.template a:has-text("${title}")`);
  await page.waitForURL(/\/emergency\/new\//);
  await page.check("input[name=sure]");
  const button = page.locator("button[data-hold-ms]");
  await button.click();
  must(page.url().includes("/new/"), "a touch was enough to file it");
  await hold(page, button);
}

/// Told by the server, on a page that stays where it is.
async function sounds(page, count) {
  await page.locator("#alerts .count", { hasText: `正在响：${count}` }).waitFor({ timeout: 60000 });
}

const browser = await launch();
try {
  const engineer = await newcomer(browser);
  await join(engineer, process.env.LINK, "Drolma");
  for (const name of Object.keys(people)) {
    const link = await add(engineer, name, ["approver"]);
    people[name] = await newcomer(browser, name === "Apu" ? NARROW : undefined);
    await join(people[name], link, name);
    await prove(people[name], name);
  }
  const { Tashi, Apu } = people;

  await file(Tashi, "flood");
  must((await Tashi.innerText("main")).includes("已申请"), await Tashi.innerText("main"));
  await screenshot(Tashi, "emergency-filed");
  await Tashi.click("#alerts a");
  await Tashi.waitForURL(/\/emergency\/\d+/);
  must((await Tashi.innerText("main")).includes("要由另一位审批人确认"), "one person is not enough");
  must(await Tashi.locator("form[action$='/confirm']").count() === 0, "one's own order has no button to confirm it");

  await Apu.goto("/emergency");
  await Apu.click("#alerts a");
  await Apu.waitForURL(/\/emergency\/\d+/);
  await screenshot(Apu, "emergency-confirm");
  await Apu.check("input[name=sure]");
  await hold(Apu, Apu.locator("form[action$='/confirm'] button"));
  must((await Apu.innerText("main")).includes("已确认"), await Apu.innerText("main"));
  await sounds(Tashi, 3);
  await screenshot(Tashi, "emergency-on");
  await send(Apu, Apu.locator("form[action$='/all-clear'] button"));
  must((await Apu.innerText("main")).includes("现在没有紧急播出"), await Apu.innerText("main"));

  for (const name of Object.keys(people)) { makeKey(name); }
  await file(Tashi, "flood");
  await Tashi.waitForURL(/\/emergency\/\d+/);
  const order = new URL(Tashi.url()).pathname;
  await fill(Tashi, "Tashi", "wrong wrong wrong");
  await Tashi.click("#sign button");
  await Tashi.locator("#sign-told", { hasText: "口令不对" }).waitFor({ timeout: 60000 });
  await fill(Tashi, "Apu", "Apu 的口令 四个词 很长");
  await Tashi.click("#sign button");
  await Tashi.locator("#sign-told", { hasText: "这不是您现在的密钥" }).waitFor();
  await fill(Tashi, "Tashi", "Tashi 的口令 四个词 很长");
  const sent = [];
  Tashi.on("request", (request) => sent.push(request.postData() ?? ""));
  await screenshot(Tashi, "emergency-sign");
  await send(Tashi, Tashi.locator("#sign button"));
  must((await Tashi.innerText("main")).includes("等另一位审批人签名"), await Tashi.innerText("main"));
  must(!decodeURIComponent(sent.join(" ").replaceAll("+", " ")).includes("口令"), "the passphrase left the browser");

  await Apu.goto(order);
  await fill(Apu, "Apu", "Apu 的口令 四个词 很长");
  await send(Apu, Apu.locator("#sign button"));
  must((await Apu.innerText("main")).includes("签名已收下"), await Apu.innerText("main"));
  await sounds(Apu, 3);
  await send(Apu, Apu.locator("form[action$='/cancel'] button"));
  must((await Apu.innerText("main")).includes("已撤销"), await Apu.innerText("main"));

  await file(Tashi, "drill");
  must((await Tashi.innerText("#alerts")).includes("演练"), await Tashi.innerText("main"));
  await sounds(Tashi, 3);
  for (const page of [Tashi, Apu]) { must(page.faults.length === 0, page.faults.join("\n")); }
  console.log("all of it");
} finally {
  await browser.close();
}
