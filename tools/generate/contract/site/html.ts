import { Marked } from 'marked';

/** HTML parts of the site. */

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => SIGNS[sign]!);

/** Returns a heading's anchor: lower case with hyphens. */
export const toAnchor = (words: string): string =>
  words
    .toLowerCase()
    .replaceAll(/<[^>]*>|&\w+;|[`*]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');

export interface RenderedProse {
  html: string;
  /** Second-level headings. */
  sections: { id: string; title: string }[];
}

/**
 * Renders Markdown with heading IDs and scrollable tables.
 * @param link maps a link to another file of the archive to the site
 */
export function renderProse(markdown: string, link: (href: string) => string): RenderedProse {
  const sections: RenderedProse['sections'] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const words = this.parser.parseInline(tokens);
        const id = toAnchor(words);
        if (depth === 2) sections.push({ id, title: words });
        return `<h${depth} id="${id}">${words}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escapeHtml(link(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      // Comments are markers for tools.
      html: () => '',
    },
  });
  const html = marked.parse(markdown, { async: false });
  return {
    html: html.replaceAll('<table>', '<div class="wide" tabindex="0"><table>').replaceAll('</table>', '</table></div>'),
    sections,
  };
}

const PAGES: readonly (readonly [file: string, title: string])[] = [
  ['index.html', 'Join'],
  ['guide.html', 'Guide'],
  ['reference.html', 'Messages'],
  ['lists.html', 'Code lists'],
  ['changelog.html', 'Changelog'],
];

/** Renders a page without scripts or external resources. */
export function renderPage(
  file: string,
  { title, version, body }: { title: string; version: string; body: string },
): string {
  const links = PAGES.map(([to, name]) => {
    const here = to === file ? ' aria-current="page"' : '';
    return `<a href="${to === 'index.html' ? './' : to}"${here}>${name}</a>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${escapeHtml(title)} · Agency contract ${escapeHtml(version)}</title>
<link rel="stylesheet" href="style.css" />
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header><div><a class="brand" href="./">CUPS <span>Agency contract ${escapeHtml(version)}</span></a><nav aria-label="Pages">${links.join('')}</nav></div></header>
<main id="main">
${body}
</main>
<footer><p>Agency contract ${escapeHtml(version)}, Apache-2.0. Nothing on these pages comes from another site, and nothing on them runs.</p></footer>
</body>
</html>
`;
}
