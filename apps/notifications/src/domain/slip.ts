import { escapeHtml } from '@cups/application';
import { FRAME, QUOTE } from './texts.ts';
import type { Language } from './language.ts';

/**
 * A whole HTML page that prints on one A4 sheet: no script, no outside asset, every value escaped. The tracking number
 * stands large on its own, so the text is printed without its block about it.
 */
export function slipPage(slip: {
  language: Language;
  subject: string;
  text: string;
  trackingNumber: string;
  date: string;
}): string {
  const frame = FRAME[slip.language];
  const paragraphs = slip.text
    .split('\n\n')
    .filter((part) => !part.startsWith(`${frame.trackingLabel}:`))
    .map(paragraph);
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
<header><span>CUPS</span><span>${frame.date}: ${escapeHtml(slip.date)}</span></header>
<h1>${escapeHtml(slip.subject)}</h1>
${paragraphs.join('\n')}
<section>
<h2>${frame.trackingLabel}</h2>
<p class="number">${escapeHtml(slip.trackingNumber)}</p>
<p class="hint">${frame.trackingHint}</p>
</section>
<footer>${closing}</footer>
</main>
</body>
</html>
`;
}

/** A paragraph, and the words of others in it as a quotation. */
function paragraph(part: string): string {
  const lines = part.split('\n');
  const html = (some: string[]) => some.map(escapeHtml).join('<br>');
  const words = lines.filter((line) => line.startsWith(QUOTE)).map((line) => line.slice(QUOTE.length));
  const own = lines.filter((line) => !line.startsWith(QUOTE));
  const quotation = words.length > 0 ? `\n<blockquote>${html(words)}</blockquote>` : '';
  return `<p>${html(own)}</p>${quotation}`;
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
