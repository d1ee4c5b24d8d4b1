import type { Archive } from '../archive.ts';
import { escapeHtml, renderProse } from './html.ts';

/** Prose pages: how to join, guide, changelog and code lists. */

const SITE_PATHS: Record<string, string> = {
  'README.md': 'guide.html',
  'CHANGELOG.md': 'changelog.html',
  'asyncapi.yaml': 'asyncapi.yaml',
  'agency-api.yaml': 'agency-api.yaml',
};

/** Maps a link in an archive text to the site. */
function link(href: string): string {
  const [file = '', anchor] = href.split('#');
  return `${SITE_PATHS[file] ?? file}${anchor === undefined ? '' : `#${anchor}`}`;
}

const SIX_STEPS = /## Join in six steps\n([\s\S]*?)\n## /;
const formatKilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`;

/** @param guide README.md, which contains the steps @throws Error when it has none */
export function renderJoinPage(guide: string, archive: Archive): string {
  const steps = SIX_STEPS.exec(guide)?.[1];
  if (steps === undefined) throw new Error('README.md: there is no section "Join in six steps".');
  const sum = archive.checksum.split(' ')[0]!;
  const kit = archive.files.find((file) => file.endsWith('.tgz'));
  return `<div class="hero"><h1>Your system, at the unified centres</h1>
<p class="lead">People file applications at a centre. Your agency receives them over Kafka, decides, and answers. This is all that your engineers need: read it, try it
against the kit, connect.</p>
<section class="download" aria-label="Download"><p><a class="button" href="${archive.name}" download>Download the contract</a> <span>${formatKilobytes(archive.bytes.length)}, ${archive.files.length} files${kit ? ', the kit included' : ''}</span></p>
<p>SHA-256 <code class="sum">${sum}</code> <a href="${archive.name}.sha256">as a file</a></p></section></div>
<section class="prose steps"><h2>Join in six steps</h2>${renderProse(steps, link).html}</section>
<section class="cards"><h2>What is here</h2><ul>
<li><a href="guide.html">Guide</a><p>Connecting, repeats, order, allowed replies, refusals, languages, personal data, promises.</p></li>
<li><a href="reference.html">Messages</a><p>Every message with its headers, properties and an example.</p></li>
<li><a href="lists.html">Code lists</a><p>Kinds of documents, and what each agency decides with the schema of its answers.</p></li>
<li><a href="changelog.html">Changelog</a><p>What changed, and what it means for you.</p></li>
<li><a href="asyncapi.yaml">asyncapi.yaml</a><p>The contract for generators and validators.</p></li>
<li><a href="agency-api.yaml">agency-api.yaml</a><p>The HTTP API for scanned copies and result documents, as OpenAPI.</p></li>
</ul></section>`;
}

/** Renders a text with a table of contents. */
export function renderTextPage(markdown: string): string {
  const { html, sections } = renderProse(markdown, link);
  const contents = sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join('');
  return `<div class="with-contents"><nav class="contents" aria-label="Contents"><ul>${contents}</ul></nav><article class="prose">${html}</article></div>`;
}

interface LocalizedText {
  ro: string;
  ru: string;
  en: string;
}
export interface CodeLists {
  documentKinds: { kind: string; name: LocalizedText }[];
  agencies: {
    agency: string;
    name: LocalizedText;
    publicServices: {
      code: string;
      versions: { version: string; validFrom: string; title: LocalizedText; answers?: string }[];
    }[];
  }[];
}

export function renderListsPage({ documentKinds, agencies }: CodeLists): string {
  const names = ({ ro, ru, en }: LocalizedText) =>
    [ro, ru, en].map((text, at) => `<td lang="${['ro', 'ru', 'en'][at]}">${escapeHtml(text)}</td>`).join('');
  const heads = '<th scope="col">Romanian</th><th scope="col">Russian</th><th scope="col">English</th>';
  const rows = documentKinds
    .map(({ kind, name }) => `<tr><td><code>${escapeHtml(kind)}</code></td>${names(name)}</tr>`)
    .join('');
  const lists = agencies.map(({ agency, name, publicServices }) => {
    const versions = publicServices.flatMap(({ code, versions: all }) =>
      all.map(({ version, title, answers }) => {
        const schema = answers ? `<a href="reference/${escapeHtml(answers)}">schema</a>` : 'not filed by a form';
        return `<tr><td><code>${escapeHtml(code)}</code></td><td>${escapeHtml(version)}</td><td>${escapeHtml(title.en)}</td><td>${schema}</td></tr>`;
      }),
    );
    return `<h3 id="${escapeHtml(agency)}">${escapeHtml(name.en)} <code>${escapeHtml(agency)}</code></h3><div class="wide" tabindex="0"><table><thead><tr><th scope="col">Public service</th><th scope="col">Version</th><th scope="col">Title</th><th scope="col">Answers</th></tr></thead><tbody>${versions.join('')}</tbody></table></div>`;
  });
  const contents = agencies
    .map(({ agency, name }) => `<li><a href="#${escapeHtml(agency)}">${escapeHtml(name.en)}</a></li>`)
    .join('');
  return `<div class="with-contents"><nav class="contents" aria-label="Contents"><ul><li><a href="#documents">Kinds of documents</a></li><li><a href="#services">Public services</a><ul>${contents}</ul></li></ul></nav>
<article class="prose"><h1>Code lists</h1><p class="lead">Made from the data of the platform; as files in the archive, under <code>reference/</code>. They grow without a new version.</p>
<h2 id="documents">Kinds of documents</h2><div class="wide" tabindex="0"><table><thead><tr><th scope="col">Kind</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>
<h2 id="services">Public services</h2>${lists.join('')}</article></div>`;
}
