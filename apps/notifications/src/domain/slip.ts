import { escapeHtml } from '@cups/application';
import { LAYOUT, QUOTE_PREFIX } from './templates.ts';
import type { Language } from './language.ts';

/**
 * Renders an HTML page that prints on one A4 sheet, without scripts or external assets. Escapes every value.
 * The tracking number is printed large, so the text omits its paragraph.
 */
export function renderSlip(slip: {
  language: Language;
  subject: string;
  text: string;
  trackingNumber: string;
  date: string;
}): string {
  const layout = LAYOUT[slip.language];
  const paragraphs = slip.text
    .split('\n\n')
    .filter((part) => !part.startsWith(`${layout.trackingLabel}:`))
    .map(renderParagraph);
  const closing = paragraphs.pop() ?? '';
  return `<!doctype html>
<html lang="${slip.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(slip.subject)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><span>CUPS</span><span>${layout.date}: ${escapeHtml(slip.date)}</span></header>
<h1>${escapeHtml(slip.subject)}</h1>
${paragraphs.join('\n')}
<section>
<h2>${layout.trackingLabel}</h2>
<p class="number">${escapeHtml(slip.trackingNumber)}</p>
<p class="hint">${layout.trackingHint}</p>
</section>
<footer>${closing}</footer>
</main>
</body>
</html>
`;
}

/** Renders a paragraph, with quoted text of the agency as a quotation. */
function renderParagraph(part: string): string {
  const lines = part.split('\n');
  const html = (some: string[]) => some.map(escapeHtml).join('<br>');
  const quotedLines = lines
    .filter((line) => line.startsWith(QUOTE_PREFIX))
    .map((line) => line.slice(QUOTE_PREFIX.length));
  const ownLines = lines.filter((line) => !line.startsWith(QUOTE_PREFIX));
  const quotation = quotedLines.length > 0 ? `\n<blockquote>${html(quotedLines)}</blockquote>` : '';
  return `<p>${html(ownLines)}</p>${quotation}`;
}

const STYLE = `
@page { size: A4; margin: 20mm; }
* { box-sizing: border-box; }
body { margin: 0; color: #000; background: #fff; font: 14pt/1.5 "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
main { max-width: 170mm; margin: 0 auto; padding: 10mm 0; }
header { display: flex; justify-content: space-between; border-bottom: 1.5pt solid #000; padding-bottom: 3mm; font-size: 12pt; }
h1 { font-size: 20pt; line-height: 1.25; margin: 10mm 0 6mm; }
p { margin: 0 0 5mm; overflow-wrap: anywhere; }
blockquote { border-left: 3pt solid #000; margin: 0 0 5mm; padding: 1mm 0 1mm 5mm; overflow-wrap: anywhere; }
section { border: 1.5pt solid #000; border-radius: 3mm; padding: 6mm; margin: 8mm 0; text-align: center; break-inside: avoid; }
section h2 { font-size: 13pt; font-weight: normal; margin: 0 0 2mm; }
.number { font: bold 38pt/1.2 "DejaVu Sans Mono", "Courier New", monospace; white-space: nowrap; margin: 0 0 3mm; }
.hint { font-size: 12pt; margin: 0; }
footer p { margin: 10mm 0 0; }
@media print { main { max-width: none; padding: 0; } }
@media screen and (max-width: 180mm) { main { padding: 5mm; } .number { font-size: 5.5vw; } }
`;
