import { Option } from 'commander';
import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';
import { readUserName } from '../user-name.ts';
import type { DamageOptions } from './damage.ts';
import type { ExportOptions } from './export.ts';

/** `cups data export`: answers the request of a person for their data. See docs/how-to/answer-a-request-for-data.md. */
export const dataExportCommand = (): Command =>
  defineCommand({
    name: 'export',
    summary:
      'Writes everything about a person into a new folder that only you can read: copy.json, copy.pdf and the ' +
      'documents. It asks for the personal number, or reads it from standard input. The copy is recorded with its reason.',
    example: 'data export --reason person-request --evidence CD-12/2026 --out mine/copy',
  })
    .requiredOption('--reason <reason>', 'person-request, authority-request or court')
    .requiredOption('--evidence <number>', 'number of the written request, without the number of a person')
    .requiredOption('--out <folder>', 'folder to create')
    .addOption(new Option('--language <code>', 'language of copy.pdf').choices(['ro', 'ru', 'en']).default('ro'))
    .addOption(new Option('--actor <name>', 'actor').default(readUserName(), 'your user name'))
    .option('--json', 'print JSON', false)
    .action(action(async (options: ExportOptions) => (await import('./export.ts')).exportPerson(options)));

/** `cups data damage`: what faults of earlier releases left in applications. */
export const dataDamageCommand = (): Command =>
  defineCommand({
    name: 'damage',
    summary:
      'Finds applications that faults of earlier releases damaged: acts without a line that went to another centre than ' +
      'that at which they were done (`strayed`), and scans of a submission that a desk could delete (`deleted`). Reads the ' +
      'stores of intake, documents and identity at any time and changes nothing. MONGODB_URI (or MONGODB_URI_FILE), ' +
      'KAFKA_BROKERS and CUPS_PREFIX select another store.',
    example: 'data damage',
  })
    .option('--data <folder>', 'data of the local platform', '.cups/data')
    .option('--json', 'print JSON', false)
    .action(action(async (options: DamageOptions) => (await import('./damage.ts')).printDamage(options)));
