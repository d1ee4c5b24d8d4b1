import type { CoverSheet, SheetText } from './protocol.ts';

/** Draws the sheet that is printed before a document. It is in the page all the time, and seen only on paper. */

const SVG = 'http://www.w3.org/2000/svg';

export function createCoverSheet({ centre, title, lead, warnings, facts, qr }: CoverSheet): HTMLElement {
  const sheet = element('section', 'cover');
  const from = element('p', 'from');
  from.append(element('strong', '', 'CUPS'), element('span', '', centre));
  sheet.append(from, bilingual('h1', title));
  if (warnings.length > 0) {
    const frame = element('div', 'warning');
    frame.append(...warnings.map((warning) => bilingual('p', warning)));
    sheet.append(frame);
  }
  const list = element('dl');
  for (const [name, value] of facts) list.append(bilingual('dt', name), element('dd', '', value));
  sheet.append(bilingual('p', lead), list);
  if (qr) sheet.append(createQr(qr));
  return sheet;
}

function element(tag: string, className = '', text = ''): HTMLElement {
  const created = document.createElement(tag);
  if (className) created.className = className;
  created.textContent = text;
  return created;
}

function bilingual(tag: string, [first, second]: SheetText): HTMLElement {
  const created = element(tag, '', first);
  if (second !== undefined) created.append(element('span', 'second', second));
  return created;
}

function createQr({ size, path }: NonNullable<CoverSheet['qr']>): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const modules = document.createElementNS(SVG, 'path');
  modules.setAttribute('d', path);
  svg.append(modules);
  return svg;
}
