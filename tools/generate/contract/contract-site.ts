import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SerializedMessage } from '@cups/agency-contract/corpus';
import { parse } from 'yaml';
import { buildArchive } from './archive.ts';
import type { Json } from './publish.ts';
import { renderPage } from './site/html.ts';
import { renderJoinPage, renderListsPage, renderTextPage } from './site/pages.ts';
import type { CodeLists } from './site/pages.ts';
import { renderReferencePage } from './site/reference-page.ts';

/**
 * Generates the site that the gateway serves under /contract/: pages and files of the agency contract, and an archive with its
 * checksum. `node tools/generate/contract/contract-site.ts`; `--out` names another folder than `libs/agency-contract/dist`.
 */

const root = join(import.meta.dirname, '../../..');
const contract = join(root, 'libs/agency-contract');
const { values: options } = parseArgs({ options: { out: { type: 'string', default: join(contract, 'dist') } } });

const text = (file: string) => readFileSync(join(contract, file), 'utf8');
const json = <Value>(file: string) => JSON.parse(text(file)) as Value;

build(`${options.out}.new`);
// Replace the folder atomically: a gateway may serve it.
rmSync(options.out, { recursive: true, force: true });
renameSync(`${options.out}.new`, options.out);

function build(out: string): void {
  // The archive includes the kit's tarball.
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'libs/agency-kit/pack.ts')]);
  const document = parse(text('published/asyncapi.yaml')) as Json;
  const { version } = document['info'] as { version: string };
  const archive = buildArchive(root, version);
  const pages: [file: string, title: string, body: string][] = [
    ['index.html', 'Join', renderJoinPage(text('README.md'), archive)],
    ['guide.html', 'Guide', renderTextPage(text('README.md'))],
    ['reference.html', 'Messages', renderReferencePage(document, examples())],
    ['lists.html', 'Code lists', renderListsPage(lists())],
    ['changelog.html', 'Changelog', renderTextPage(text('CHANGELOG.md'))],
  ];
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  cpSync(join(contract, 'published'), out, { recursive: true });
  cpSync(join(contract, 'agency-api.yaml'), join(out, 'agency-api.yaml'));
  cpSync(join(contract, 'reference'), join(out, 'reference'), { recursive: true });
  const write = (file: string, content: string | Uint8Array) => writeFileSync(join(out, file), content);
  for (const [file, title, body] of pages) write(file, renderPage(file, { title, version, body }));
  write('style.css', style());
  write(archive.name, archive.bytes);
  write(`${archive.name}.sha256`, archive.checksum);
}

/** Returns the style sheet with the desk's colours. */
function style(): string {
  return ['apps/desk/src/style/tokens.css', 'tools/generate/contract/site/site.css']
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
}

function examples(): Map<string, SerializedMessage> {
  const folder = 'samples/messages';
  const messages = readdirSync(join(contract, folder))
    .sort()
    .map((file) => json<SerializedMessage>(join(folder, file)));
  return new Map(messages.map((message) => [message.headers['ce_type']!, message]));
}

function lists(): CodeLists {
  const folder = 'reference/public-services';
  const agencies = readdirSync(join(contract, folder)).sort();
  return {
    documentKinds: json('reference/document-kinds.json'),
    agencies: agencies.map((file) => json(join(folder, file))),
  };
}
