/** What is wrong with how something is drawn, found in the page itself. */
import type { Page } from "playwright-core";

/** Elements that are wider than the place they have, and the window when it scrolls sideways. */
export function spilling(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      document.documentElement,
      ...document.querySelectorAll("main, aside, dialog, li, .card, .notice, .side, .bar, .toast, form, fieldset"),
    ]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .filter(
        (element) =>
          !["auto", "scroll"].includes(getComputedStyle(element).overflowX) || element.matches("main, aside"),
      )
      .map((element) => `${element.tagName}.${element.className}`),
  );
}

/** Texts that no translation made: outside brackets, and neither code nor somebody's own words. */
export function hardCoded(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const foreign = 'code, pre, kbd, textarea, [translate="no"], [lang="en"], time, data, .gutter, .pill, .badge';
    const found: string[] = [];
    const judge = (text: string, where: Element): void => {
      // Within brackets everything is translated; what is left must hold no word.
      let rest = text;
      for (let before = ""; before !== rest; ) {
        before = rest;
        rest = rest.replace(/\[[^[\]]*\]/g, "");
      }
      if (/\p{L}{2,}/u.test(rest)) found.push(`${where.tagName}.${where.className}: ${text}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (parent !== null && parent.closest(foreign) === null && parent.tagName !== "OPTION")
        judge(walker.currentNode.textContent ?? "", parent);
    }
    const names = new Set([...document.querySelectorAll("[translate=no], code")].map((element) => element.textContent));
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
      for (const attribute of ["aria-label", "title", "placeholder", "alt"]) {
        const text = element.getAttribute(attribute);
        if (text !== null && element.closest(foreign) === null && !names.has(text) && !element.matches("li, article"))
          judge(text, element);
      }
    return found;
  });
}

/** Words that do not fit where they stand, though nothing scrolls there. */
export function clipped(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll(
      "button, h1, h2, h3, label, summary, dt, dd, p, span, strong, legend, a",
    )) {
      const style = getComputedStyle(element);
      if (
        element.closest(".unseen, .name, .activity-row, [cmdk-label], [aria-hidden=true]") !== null ||
        style.display === "inline" ||
        element.clientWidth === 0
      )
        continue;
      const scrolls = ["auto", "scroll"].includes(style.overflowX);
      if (!scrolls && element.scrollWidth > element.clientWidth + 1)
        cut.push(`${element.tagName}.${element.className}: ${element.textContent}`);
      // Short of a name's end, which its tooltip or details have, nothing may be cut off below either.
      if (
        style.overflowY === "hidden" &&
        !element.matches(".offer-text, .name") &&
        element.scrollHeight > element.clientHeight + 2
      )
        cut.push(`${element.tagName}.${element.className} below: ${element.textContent}`);
    }
    return cut;
  });
}
