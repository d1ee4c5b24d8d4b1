import type { Page } from 'playwright-core';

/** Shows on the screen what the page prints, in browsers without an emulation of print media. */

/** A4 at 96 dpi. */
export const A4 = { width: 794, height: 1123 };

/** Shows the printout that a print button rendered: the rules of print media count, with the margins of the page. */
export async function showPrintout(page: Page): Promise<void> {
  await page.setViewportSize(A4);
  await page.evaluate(applyPrintRules);
}

/** Runs in the page. The policy allows changes of rules, and no new style sheets. */
function applyPrintRules(): void {
  const apply = (rules: CSSRuleList) => {
    for (const rule of rules) {
      if (rule instanceof CSSMediaRule && rule.media.mediaText === 'print') rule.media.mediaText = 'all';
      else if (rule instanceof CSSMediaRule && rule.media.mediaText === 'screen') rule.media.mediaText = 'not all';
      if (rule instanceof CSSGroupingRule) apply(rule.cssRules);
    }
  };
  for (const { cssRules } of document.styleSheets) apply(cssRules);
  document.getElementById('paper')!.style.margin = '15mm 15mm 15mm 25mm';
  document.body.style.background = '#fff';
}

/** Removes the margin of the picture before the page is printed: the paper has its own. */
export const removeMargin = (page: Page): Promise<void> =>
  page.evaluate(() => document.getElementById('paper')!.removeAttribute('style'));
