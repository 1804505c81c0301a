// Every page that a link leads to, in each language, on an office screen and on a telephone.

import { LANGUAGES, NARROW, WIDE, add, check, join, launch, must, newcomer, prove } from "./console.mjs";

/// Pages of these are alike but for what they are about: one of each kind is enough.
const kind = (path) => path.split("/").map((part, i) => (i === 2 ? "*" : part)).join("/");

async function crawl(page) {
  const [seen, found] = [new Set(), []];
  const waiting = ["/", "/login"];
  while (waiting.length) {
    const path = waiting.shift();
    if (seen.has(kind(path))) { continue; }
    seen.add(kind(path));
    const answer = await page.goto(path);
    must(answer.status() === 200, `${path}: ${answer.status()}`);
    if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) { continue; }
    found.push(path);
    const targets = await page.$$eval("a[href]:not([download])", (all) => all.map((one) => one.getAttribute("href")));
    waiting.push(...targets.filter((to) => to.startsWith("/")).map((to) => to.split(/[?#]/)[0])
      .filter((to) => !/\.\w+$/.test(to)));
  }
  return found;
}

const browser = await launch();
try {
  const page = await newcomer(browser);
  await join(page, process.env.LINK, "Drolma");
  const everything = ["writer", "translator", "reviewer", "approver", "engineer"];
  const link = await add(page, "Tashi", everything, ["bo", "lis"]);
  await page.context().clearCookies();
  await join(page, link, "Tashi");
  await prove(page, "Tashi");
  const paths = await crawl(page);
  for (const viewport of [WIDE, NARROW]) {
    await page.setViewportSize(viewport);
    for (const language of LANGUAGES) {
      for (const path of paths) { await check(page, path, language); }
    }
  }
  console.log(`looked at ${paths.length} pages: ${paths.join(" ")}`);
} finally {
  await browser.close();
}
