import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listSettings } from '@cups/process/settings';
import type { Setting, Settings } from '@cups/process/settings';
import { format, resolveConfig } from 'prettier';
import { chartPages } from './charts/chart-pages.ts';
import { CHECKER, SETTINGS } from './charts/tables.ts';
import { formatMarkdownTable } from '../cli/format-table.ts';
import { TOPIC_SETTINGS as topics } from '../cli/topics/settings.ts';

/**
 * Generates the settings page, and values.yaml, values.schema.json and README.md of every chart, from the tables that the
 * services read at their start. With `--check` it writes nothing and fails when a file is stale.
 */

const FILE = 'docs/reference/settings.md';
const root = join(import.meta.dirname, '../..');
/** The settings of each service, of the pods that open files, and of the job that creates topics. */
const TABLES: Readonly<Record<string, Settings>> = { ...SETTINGS, 'documents-checker': CHECKER, topics };

const INTRODUCTION = `# Settings

Every setting of every service, and of the job that creates topics. Each process reads its settings from the
environment when it starts. An empty variable counts as not set. A start with an invalid setting fails with one
sentence that names the setting. The defaults apply to a process that is started by hand. \`npm start\` selects free
ports and sets the rest.

\`tools/generate/settings.ts\` generates this page from \`apps/<service>/src/config.ts\` and, for settings that services share,
from \`libs/backend/src/settings.ts\`.
`;

const code = (text: string) => `\`${text}\``;

const TYPE_NAMES: { readonly [Type in Setting['type']]: string } = {
  text: 'text',
  number: 'number',
  ratio: 'share, 0 to 1',
  port: 'port',
  ip: 'IP address',
  address: 'host:port',
  origin: 'origin',
  list: 'comma-separated list',
  flag: '`true` or `false`',
  choice: 'choice',
  environment: '`development` or `production`',
  path: 'path',
  file: 'file',
  'secret-file': 'secret file',
  'store-uri': 'store URI',
};

function formatType(setting: Setting): string {
  if (setting.type === 'choice') return setting.choices.map(code).join(', ');
  if (setting.type !== 'number') return TYPE_NAMES[setting.type];
  const { min = 0, max, unit } = setting;
  return `${unit ?? TYPE_NAMES.number}, ${max === undefined ? `at least ${min}` : `${min} to ${max}`}`;
}

/** Returns a default as the variable would hold it. */
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
  const file = setting.type === 'store-uri' ? ` ${code(setting.file)} names a file with the URI instead.` : '';
  return setting.meaning + file;
}

function formatTable(service: string, settings: Settings): string {
  const rows = listSettings(settings).map((setting) => {
    const { name, secret } = setting;
    return [code(name), formatType(setting), formatDefault(setting), secret ? 'yes' : '', formatMeaning(setting)];
  });
  const table = formatMarkdownTable(['Setting', 'Type', 'Default', 'Secret', 'Meaning'], rows);
  return `## ${service}\n\n${table}`;
}

/** Lists the settings that several services read, with these services. */
function formatSharedSettings(): string {
  const read = Object.entries(TABLES).flatMap(([service, settings]) =>
    listSettings(settings).map(({ name }) => ({ name, service })),
  );
  const rows = [...Map.groupBy(read, ({ name }) => name)]
    .filter(([, readers]) => readers.length > 1)
    .map(([name, readers]) => [code(name), readers.map(({ service }) => service).join(', ')]);
  return `## Shared settings\n\n${formatMarkdownTable(['Setting', 'Services'], rows)}`;
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
  console.log(`${FILE} and the charts match the settings of the code`);
} else if (process.argv.includes('--check')) {
  console.error(`Stale: ${stale.join(', ')}. Run \`node tools/generate/settings.ts\`.`);
  process.exitCode = 1;
} else {
  console.log(`written: ${stale.join(', ')}`);
}
