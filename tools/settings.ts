import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listSettings } from '@cups/process/settings';
import type { Setting, Settings } from '@cups/process/settings';
import { format, resolveConfig } from 'prettier';
import { chartPages } from './charts/chart-pages.ts';
import { SETTINGS } from './settings/tables.ts';
import { TOPIC_SETTINGS as topics } from './topics/settings.ts';

/**
 * Writes what is made from the tables that the services read at their start: docs/settings.md, and of every chart
 * values.yaml, values.schema.json and README.md. `node tools/settings.ts` writes them, with `--check` it fails when one is
 * stale.
 */

const FILE = 'docs/settings.md';
const root = join(import.meta.dirname, '..');
/** What is told of: the services, and the job that creates topics. */
const TABLES: Readonly<Record<string, Settings>> = { ...SETTINGS, topics };

const INTRODUCTION = `# Settings

Every setting of every service, and of the job that creates topics, read from the environment when it starts; made by \`tools/settings.ts\` from the tables in
\`apps/<service>/src/config.ts\` (those that services share stand in \`libs/backend/src/settings.ts\`). A variable that is
empty counts as not set. A setting that cannot be used ends the start with one sentence that names it. The defaults are
for a process that is started by hand; \`npm start\` chooses free ports and sets the rest.
`;

const code = (text: string) => `\`${text}\``;
/** Of a cell of a table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const TYPE_NAMES: { readonly [Type in Setting['type']]: string } = {
  text: 'text',
  number: 'number',
  port: 'port',
  ip: 'IP address',
  address: 'host:port',
  origin: 'origin',
  list: 'list, by commas',
  flag: '`true` or `false`',
  choice: 'choice',
  environment: '`development` or `production`',
  path: 'path',
  file: 'file',
  'secret-file': 'file of a secret',
  'store-uri': 'URI of the store',
};

function formatType(setting: Setting): string {
  if (setting.type === 'choice') return setting.choices.map(code).join(', ');
  if (setting.type !== 'number') return TYPE_NAMES[setting.type];
  const { min = 0, max, unit } = setting;
  return `${unit ?? TYPE_NAMES.number}, ${max === undefined ? `from ${min}` : `${min} to ${max}`}`;
}

/** A default as it would be written into the variable. */
function formatValue(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  if (text === '') return 'empty';
  return code(text.startsWith(root) ? relative(root, text) : text);
}

function formatDefault(setting: Setting): string {
  const usual = setting.default === undefined ? undefined : formatValue(setting.default);
  if ('optional' in setting && setting.optional) {
    return setting.requiredInProduction ? 'none; **required** in production' : 'none';
  }
  if (usual === undefined) return '**required**';
  if (setting.requiredInProduction) return `${usual}; **required** in production`;
  return setting.inProduction === undefined ? usual : `${usual}; in production ${formatValue(setting.inProduction)}`;
}

function formatMeaning(setting: Setting): string {
  const file = setting.type === 'store-uri' ? ` Or in the file that ${code(setting.file)} names.` : '';
  return setting.meaning + file;
}

function formatTable(service: string, settings: Settings): string {
  const rows = listSettings(settings).map((setting) => {
    const { name, secret } = setting;
    const cells = [
      code(name),
      formatType(setting),
      formatDefault(setting),
      secret ? 'yes' : '',
      formatMeaning(setting),
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return [
    `## ${service}`,
    '',
    '| Setting | Type | Default | Secret | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Which services read what: those that read it, for each name that more than one service reads. */
function formatSharedSettings(): string {
  const read = Object.entries(TABLES).flatMap(([service, settings]) =>
    listSettings(settings).map(({ name }) => ({ name, service })),
  );
  const rows = [...Map.groupBy(read, ({ name }) => name)]
    .filter(([, readers]) => readers.length > 1)
    .map(([name, readers]) => `| ${code(name)} | ${readers.map(({ service }) => service).join(', ')} |`);
  return ['## Read by several services', '', '| Setting | Services |', '| --- | --- |', ...rows].join('\n');
}

const content = [
  INTRODUCTION,
  formatSharedSettings(),
  ...Object.entries(TABLES).map(([service, settings]) => formatTable(service, settings)),
].join('\n\n');

const stale: string[] = [];
for (const [file, text] of new Map([[FILE, content], ...chartPages()])) {
  const path = join(root, file);
  const wanted = await format(text, Object.assign({ filepath: path }, await resolveConfig(path)));
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) continue;
  stale.push(file);
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
}

if (stale.length === 0) {
  console.log(`${FILE} and the charts hold the settings of the code`);
} else if (process.argv.includes('--check')) {
  console.error(`Stale: ${stale.join(', ')}. Run \`node tools/settings.ts\`.`);
  process.exitCode = 1;
} else {
  console.log(`written: ${stale.join(', ')}`);
}
