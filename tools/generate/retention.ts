import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_ENDS, RETENTION_RULES } from '@cups/contracts/retention';
import type { DataEnd, RetentionRule } from '@cups/contracts/retention';
import { format, resolveConfig } from 'prettier';
import { formatMarkdownTable } from '../cli/format-table.ts';

/**
 * Generates docs/reference/retention.md from the rules that the services apply. With `--check` it writes nothing and fails
 * when the page is stale.
 */

const FILE = 'docs/reference/retention.md';

const INTRODUCTION = `# Retention

How long each category of data is kept, and how it ends. Terms are in days. Law 195/2024 asks for a limit and sets none, so a
term with \`no legal source\` is a default of the project. In production a service erases at the end of a term only after an
administrator [confirmed the terms](../how-to/keep-and-erase-data.md#confirm-the-terms-of-retention). A term can be changed
where the table names a setting ([settings](settings.md)).

\`tools/generate/retention.ts\` generates this page from \`libs/contracts/src/retention-rules.ts\`.
`;

const code = (text: string) => `\`${text}\``;

function formatSetting({ setting, range }: RetentionRule): string {
  if (setting === null) return '';
  return range ? `${code(setting)}, ${range[0]} to ${range[1]}` : code(setting);
}

function formatRules(service: string, rules: [string, RetentionRule][]): string {
  const rows = rules.map(([category, rule]) => [
    code(category),
    rule.data,
    rule.starts,
    String(rule.days ?? ''),
    formatSetting(rule),
    rule.source,
    code(rule.end),
  ]);
  const headings = ['Category', 'Data', 'The term starts', 'Days', 'Setting', 'Source', 'End'];
  return `## ${service}\n\n${formatMarkdownTable(headings, rows)}`;
}

function formatEnds(): string {
  const rows = (Object.entries(DATA_ENDS) as [DataEnd, string][]).map(([end, meaning]) => [code(end), meaning]);
  return `## Ends\n\n${formatMarkdownTable(['End', 'Meaning'], rows)}`;
}

const rules: [string, RetentionRule][] = Object.entries(RETENTION_RULES);
const sections = [...Map.groupBy(rules, ([, { service }]) => service)].map(([service, own]) =>
  formatRules(service, own),
);
const path = join(import.meta.dirname, '../..', FILE);
const content = [INTRODUCTION, ...sections, formatEnds()].join('\n\n');
const wanted = await format(content, { ...(await resolveConfig(path)), parser: 'markdown' });

if (existsSync(path) && readFileSync(path, 'utf8') === wanted) {
  console.log(`${FILE} matches the rules`);
} else if (process.argv.includes('--check')) {
  console.error(`${FILE} is stale: run \`node tools/generate/retention.ts\`.`);
  process.exitCode = 1;
} else {
  writeFileSync(path, wanted);
  console.log(`${FILE} is written`);
}
