import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Parser } from '@asyncapi/parser';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { findBreakingChanges } from './compare.ts';
import type { Contract } from './compare.ts';
import { buildContract } from './build-contract.ts';
import { buildCorpus } from './corpus/corpus.ts';
import { buildSampleMessages } from './messages.ts';
import { withTables } from './tables.ts';
import { buildReference } from './reference.ts';
import { publish } from './publish.ts';

/**
 * Publishes the agency contract to `libs/agency-contract/published`.
 * `npm run cups -- contract` writes and checks it, `-- --check` only checks: it fails when a file is stale, the AsyncAPI parser reports
 * a finding, or the contract breaks an agency built for `baseline.json`. `-- --baseline` makes the published contract the new
 * baseline. Tests use `--folder` for another contract and `--data` for other registries.
 */

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    baseline: { type: 'boolean', default: false },
    data: { type: 'string', default: join(import.meta.dirname, '../../../data') },
    folder: { type: 'string', default: join(import.meta.dirname, '../../../libs/agency-contract') },
  },
});
const { folder } = options;
const published = publish(folder);

/** Ignored rules of the parser, with reasons. */
const IGNORED: Record<string, string> = {
  'asyncapi-latest-version': 'Generators that agencies use read 3.0; nothing that 3.1 adds is used.',
};

/** Folders with only generated files. */
const GENERATED_FOLDERS = ['published', 'samples/messages', 'corpus', 'reference'];

const jsonFiles = (place: string, values: Record<string, unknown>): [string, string][] =>
  Object.entries(values).map(([file, value]) => [`${place}/${file}`, JSON.stringify(value)]);

const files: [string, string][] = [
  // Quoted, so that a YAML 1.1 parser reads no text as a date.
  ['published/asyncapi.yaml', stringify(published.document, { version: '1.1', aliasDuplicateObjects: false })],
  ['README.md', withTables(readFileSync(join(folder, 'README.md'), 'utf8'), published.document)],
  ...jsonFiles('published/schemas', published.schemas),
  ...jsonFiles('samples/messages', buildSampleMessages(folder)),
  ...jsonFiles('corpus', buildCorpus()),
  ...jsonFiles('reference', buildReference(options.data)),
];
const baseline: [string, string] = ['baseline.json', JSON.stringify(buildContract(published))];

const style = resolveConfig(import.meta.filename);
const formatted = new Map<string, Promise<string>>();

if (!options.check) await writeFiles(options.baseline ? [...files, baseline] : files);
process.exitCode = report([...(await findStale()), ...(await runParser()), ...checkBaseline()]);

async function writeFiles(list: [string, string][]): Promise<void> {
  for (const made of GENERATED_FOLDERS) rmSync(join(folder, made), { recursive: true, force: true });
  for (const [file, text] of list) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), await formatFile(file, text));
  }
}

function report(findings: string[]): number {
  for (const finding of findings) console.error(finding);
  console.log(`agency contract: ${findings.length} findings`);
  return findings.length > 0 ? 1 : 0;
}

async function findStale(): Promise<string[]> {
  const there = ['README.md', ...GENERATED_FOLDERS.flatMap((made) => filesUnder(made))];
  const strangers = there.filter((file) => !files.some(([name]) => name === file));
  const old: string[] = [];
  for (const [file, text] of files) {
    if (!there.includes(file) || readFileSync(join(folder, file), 'utf8') !== (await formatFile(file, text)))
      old.push(file);
  }
  return [...old, ...strangers].map((file) => `libs/agency-contract/${file} is stale: npm run cups -- contract`);
}

/** Returns the files of a folder by relative path; none if it is missing. */
function filesUnder(made: string): string[] {
  if (!existsSync(join(folder, made))) return [];
  return readdirSync(join(folder, made), { recursive: true, encoding: 'utf8' })
    .map((file) => join(made, file))
    .filter((file) => /\.(yaml|json)$/.test(file));
}

async function runParser(): Promise<string[]> {
  const { diagnostics } = await new Parser().parse(JSON.stringify(published.document));
  return diagnostics
    .filter(({ code }) => !(String(code) in IGNORED))
    .map(({ code, path, message }) => `asyncapi ${String(code)} at ${path.join('/')}: ${message}`);
}

function checkBaseline(): string[] {
  const base = JSON.parse(readFileSync(join(folder, baseline[0]), 'utf8')) as Contract;
  return findBreakingChanges(base, buildContract(published)).map((what) => `breaks agencies: ${what}`);
}

/** Formats a file like the repository, once per content. */
function formatFile(file: string, text: string): Promise<string> {
  const known =
    formatted.get(file) ?? style.then((options) => format(text, Object.assign({}, options, { filepath: file })));
  formatted.set(file, known);
  return known;
}
