import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Checks the pages: a link leads to an existing file and heading, a path in code style exists, and the page of metrics and
 * log events lists exactly those of the code.
 */

const { values } = parseArgs({ options: { root: { type: 'string', default: join(import.meta.dirname, '../..') } } });
const root = values.root;

/** Pages about the past name files of their time. */
const HISTORICAL_PAGES = /^(CHANGELOG\.md|docs\/decisions\/|bench\/results\/)/;
/** The reference page of metrics and log events. */
const SIGNALS_PAGE = 'docs/reference/metrics-and-logs.md';
const NO_SOURCES = new Set(['test', 'gen', 'dist', 'examples']);
const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.nx', '.cups']);
const FOLDERS = 'apps|bench|chaos|data|docs|e2e|fleet|helm|k8s|libs|local|proto|tools';
/** Folders that a build creates: a fresh checkout does not have them. */
const GENERATED = /^(libs\/contracts\/gen|apps\/desk\/(gen|dist)|libs\/agency-contract\/dist)/;

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** All pages, as paths from the root. */
function listPages(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listPages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The anchors of a page: its headings in lower case, without punctuation, blanks as hyphens. */
function listAnchors(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase());
  return new Set(headings.map((heading) => heading.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}

/** Links to nothing. A link outside the repository is not followed. */
function findBrokenLinks(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(({ 1: target, index }) => {
    if (/^[a-z]+:/.test(target!)) return [];
    const [path, anchor] = target!.split('#') as [string, string | undefined];
    const file = path === '' ? page : normalize(join(dirname(page), path));
    const where = `${page}:${lineOf(text, index)}`;
    if (!existsSync(join(root, file))) return [`${where}: the link ${target} leads to no file`];
    if (anchor === undefined || listAnchors(read(file)).has(anchor)) return [];
    return [`${where}: the link ${target} leads to no heading`];
  });
}

/** Finds missing paths in code style. A path with placeholders (`<code>`, `*`, `…`) is skipped. */
function findMissingPaths(page: string, text: string): string[] {
  if (HISTORICAL_PAGES.test(page)) return [];
  const named = new RegExp(`\`((?:${FOLDERS})/[\\w./-]+)\``, 'g');
  return [...text.matchAll(named)].flatMap(({ 1: path, index }) => {
    return GENERATED.test(path!) || existsSync(join(root, path!))
      ? []
      : [`${page}:${lineOf(text, index)}: there is no ${path}`];
  });
}

/** Metrics and log events that the code or the page lacks. */
function findUnlistedSignals(): string[] {
  if (!existsSync(join(root, SIGNALS_PAGE))) return [`${SIGNALS_PAGE}: there is no such page`];
  const code = ['apps', 'libs'].flatMap(listSources).map(read).join('\n');
  const listed = new Set([...read(SIGNALS_PAGE).matchAll(/^\| `([a-z_-]+)`/gm)].map(([, name]) => name!));
  const used = [
    ...code.matchAll(/\.(?:counter|gauge|histogram)\(\s*'([a-z_]+)'/g),
    ...code.matchAll(/\bevent: '([a-z-]+)'/g),
  ].map(([, name]) => name!);
  const unlisted = [...new Set(used)].filter((name) => !listed.has(name));
  const unused = [...listed].filter((name) => !code.includes(`'${name}'`));
  return [
    ...unlisted.map((name) => `${SIGNALS_PAGE}: ${name} is missing`),
    ...unused.map((name) => `${SIGNALS_PAGE}: ${name} is not in the code`),
  ];
}

/** The sources of a folder, without tests and generated files, as paths from the root. */
function listSources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return SKIPPED_FOLDERS.has(entry.name) || NO_SOURCES.has(entry.name) ? [] : listSources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

const all = listPages();
const faults = [
  ...all.flatMap((page) => [...findBrokenLinks(page, read(page)), ...findMissingPaths(page, read(page))]),
  ...findUnlistedSignals(),
];
for (const fault of faults) console.error(fault);
console.log(
  `documents: ${all.length} pages, ${faults.length} faults${relative(process.cwd(), root) ? ` in ${root}` : ''}`,
);
process.exit(faults.length > 0 ? 1 : 0);
