import type { Page } from 'playwright-core';

/** Layout checks by element boxes. */

interface Box {
  text: string;
  x: number;
  y: number;
  right: number;
  bottom: number;
}

/** Minimum visible width of cut text, about eight letters, in px. */
const MIN_TEXT_WIDTH = 60;

/**
 * Checks visible elements: none overlaps another or exceeds the window, and cut text shows about eight letters.
 * With `canScroll`, what a scrolling part such as the bar of lists holds beyond its edges is no error.
 * @returns one line per error
 */
export async function findLayoutErrors(page: Page, selector: string, { canScroll = false } = {}): Promise<string[]> {
  const { boxes, cut, width } = await page.evaluate(measureBoxes, { selector, least: MIN_TEXT_WIDTH, canScroll });
  const errors = boxes.filter(({ x, right }) => x < -0.5 || right > width + 0.5).map(({ text }) => `beyond: ${text}`);
  for (const [i, box] of boxes.entries()) {
    for (const other of boxes.slice(i + 1))
      if (isOverlapping(box, other)) errors.push(`over: ${box.text} | ${other.text}`);
  }
  return [...errors, ...cut];
}

/** Tolerates the rounding of line heights. */
const isOverlapping = (a: Box, b: Box): boolean =>
  Math.min(a.right, b.right) - Math.max(a.x, b.x) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.y, b.y) > 3;

/** Runs in the page. */
function measureBoxes({ selector, least, canScroll }: { selector: string; least: number; canScroll: boolean }) {
  const boxes: Box[] = [];
  const cut: string[] = [];
  const isSeen = (element: Element) => {
    const { clipPath, visibility } = getComputedStyle(element);
    return element.getClientRects().length > 0 && clipPath === 'none' && visibility === 'visible';
  };
  const walker = document.createTreeWalker(document.querySelector(selector)!, NodeFilter.SHOW_ALL);
  for (let node: Node | null = walker.root; node; node = walker.nextNode()) {
    const element = node instanceof Element ? node : node.parentElement!;
    const isWords = node instanceof Text && node.data.trim() !== '';
    if (!isWords && !/^(svg|input|kbd)$/.test(element.nodeName)) continue;
    if (node instanceof Text && element.nodeName === 'KBD') continue;
    const hides = element.closest('svg') !== null && element.nodeName !== 'svg';
    let around: Element | null = element;
    while (around && isSeen(around)) around = around.parentElement;
    if (around || hides) continue;
    // Clips text at its element.
    const textBox = isWords ? rangeOf(node) : element.getBoundingClientRect();
    const elementBox = element.getBoundingClientRect();
    const cuts = isWords && getComputedStyle(element).overflowX !== 'visible';
    const text = isWords ? (node as Text).data.trim() : element.nodeName;
    const right = cuts ? Math.min(textBox.right, elementBox.right) : textBox.right;
    if (cuts && textBox.width > elementBox.width + 1 && elementBox.width < least)
      cut.push(`cut to ${elementBox.width} px: ${text}`);
    if (canScroll && isScrolledAway(element, textBox)) continue;
    boxes.push({ text, x: textBox.x, y: textBox.y, right, bottom: textBox.bottom });
  }
  return { boxes, cut, width: document.documentElement.clientWidth };

  function isScrolledAway(element: Element, box: DOMRect): boolean {
    let part: Element | null = element;
    while (part && part !== document.body && !/auto|scroll/.test(getComputedStyle(part).overflowX))
      part = part.parentElement;
    if (part === null || part === document.body) return false;
    const { left, right } = part.getBoundingClientRect();
    return box.right > right || (box.x < left && part.scrollLeft > 0);
  }

  function rangeOf(words: Node): DOMRect {
    const range = document.createRange();
    range.selectNodeContents(words);
    return range.getBoundingClientRect();
  }
}
