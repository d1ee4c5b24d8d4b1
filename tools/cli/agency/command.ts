import { join } from 'node:path';
import type { Command } from 'commander';
import { action, defineCommand, resolvePath } from '../program.ts';
import type { AddOptions, RemoveOptions, ShowOptions } from './agency.ts';
import type { SimulatorKeysOptions } from './simulator-keys.ts';

const DATA = join(import.meta.dirname, '../../../data');
const load = () => import('./agency.ts');

function define(name: string, summary: string, example: string): Command {
  return defineCommand({ name, summary, example: `agency ${example}` })
    .option('--dry-run', 'change nothing', false)
    .option('--json', 'print JSON', false)
    .option('--data <folder>', 'folder of data files (default: data of this checkout)', resolvePath, DATA)
    .option('--platform <folder>', 'data folder of another local platform', resolvePath);
}

/** `cups agency` writes agency files and provisions Kafka for them. See docs/how-to/add-an-agency.md. */
export function agencyCommand(): Command {
  return defineCommand({
    name: 'agency',
    summary:
      'Writes agency files and provisions Kafka for them. KAFKA_BROKERS and the settings of `cups topics` name a Kafka ' +
      'elsewhere.',
  })
    .addCommand(
      define('list', 'Lists agencies, channels, quotas, and how many public services each decides.', 'list').action(
        action(async (options: ShowOptions) => (await load()).list(options)),
      ),
    )
    .addCommand(
      define(
        'show',
        "Shows topics, user, ACLs, quota, password file and a client configuration for the agency's engineers.",
        'show fisc --client java',
      )
        .argument('<code>', 'code of the agency')
        .option('--client <name>', 'one client only: java, librdkafka, aiokafka or kafkajs')
        .action(action(async (code: string, options: ShowOptions) => (await load()).show(code, options))),
    )
    .addCommand(
      define('add', 'Adds an agency.', "add fisc --ro 'Serviciul Fiscal' --ru 'Налоговая служба' --en 'Tax Service'")
        .argument('<code>', 'code of the agency')
        .option('--ro <name>', 'name in Romanian')
        .option('--ru <name>', 'name in Russian')
        .option('--en <name>', 'name in English')
        .option('--time-zone <zone>', 'time zone (default: Europe/Chisinau)')
        .option('--days <list>', 'working days (default: mon tue wed thu fri)')
        .option('--from <time>', 'start of the working day (default: 08:00)')
        .option('--to <time>', 'end of the working day (default: 17:00)')
        .option('--calendar <name>', 'calendar of holidays (default: holidays-md)')
        .option('--page', "its clerks work in the agency's page, without Kafka", false)
        .option('--foreign-documents', 'accepts foreign documents', false)
        .option('--corrections', 'accepts corrections of filed applications', false)
        .option('--messages', 'accepts messages of desks', false)
        .option('--producer-bytes <n>', 'quota: bytes written per second')
        .option('--consumer-bytes <n>', 'quota: bytes read per second')
        .option('--request-percent <n>', 'quota: per cent of a broker thread')
        .action(action(async (code: string, options: AddOptions) => (await load()).add(code, options))),
    )
    .addCommand(
      define('password', "Renews the password of the agency's user.", 'password fisc')
        .argument('<code>', 'code of the agency')
        .action(action(async (code: string, options: ShowOptions) => (await load()).password(code, options))),
    )
    .addCommand(
      define(
        'simulator-keys',
        'Creates key pairs of simulated agencies, for a rehearsal, and writes the public keys to their files. Without ' +
          'codes: all agencies.',
        'simulator-keys --dir mine',
      )
        .argument('[codes...]', 'codes of the simulated agencies')
        .requiredOption('--dir <folder>', 'private keys are written to agencies/<code>.key.jwk in it', resolvePath)
        .action(
          action(async (codes: string[], options: SimulatorKeysOptions) =>
            (await import('./simulator-keys.ts')).simulatorKeys(codes, options),
          ),
        ),
    )
    .addCommand(
      define('remove', "Removes the agency's user and file; topics and applications stay.", 'remove fisc --dry-run')
        .argument('<code>', 'code of the agency')
        .option('--force', 'also when public services or centres name it', false)
        .action(action(async (code: string, options: RemoveOptions) => (await load()).remove(code, options))),
    );
}
