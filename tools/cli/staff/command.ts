import { Option } from 'commander';
import type { Command } from 'commander';
import { action, defineCommand, wholeNumber } from '../program.ts';
import { readUserName } from '../user-name.ts';
import type { AppointOptions, ImportOptions, ListOptions } from './staff.ts';

const MAX_WAIT_SECONDS = 3600;
const load = () => import('./staff.ts');

function define(name: string, summary: string, example: string): Command {
  return defineCommand({ name, summary, example: `staff ${example}` })
    .addOption(new Option('--actor <name>', 'actor').default(readUserName(), 'your user name'))
    .option('--wait <s>', 'seconds to retry while identity is unavailable', wholeNumber(0, MAX_WAIT_SECONDS), 0)
    .option('--json', 'print JSON', false);
}

/** `cups staff`: appoints the first supervisor and imports staff. See docs/how-to/manage-staff.md. */
export function staffCommand(): Command {
  return defineCommand({
    name: 'staff',
    summary:
      'Appoints supervisors and imports staff. It finds the platform as `cups parked` does: that of `npm start`, or by ' +
      'KEYS_DIR, GRPC_TLS_DIR and IDENTITY_ADDRESS.',
  })
    .addCommand(
      define(
        'appoint-supervisor',
        'Appoints a supervisor, such as the first one; changes nothing for an existing one. Without --idnp it reads the ' +
          'number from standard input, which keeps it out of the shell history.',
        "appoint-supervisor --given-name Ana --family-name Rusu --reason 'first supervisor'",
      )
        .option('--idnp <digits>', 'personal number, 13 digits')
        .option('--given-name <name>', 'given name', '')
        .option('--family-name <name>', 'family name', '')
        .option('--language <code>', 'language', 'ro')
        .option('--reason <text>', 'reason, stored in the log and in the history', '')
        .option(
          '--from <folder>',
          'read the same from files: idnp, given-name, family-name, reason, and optionally language',
        )
        .option('--first', 'change nothing if any supervisor is active', false)
        .action(action(async (options: AppointOptions) => (await load()).appointSupervisor(options))),
    )
    .addCommand(
      define(
        'import',
        'Invites the staff of a table with the columns idnp,given_name,family_name,centre,roles,language[,agency]: all ' +
          'rows or none. Repeating it changes nothing.',
        'import mine/staff.csv --dry-run',
      )
        .argument('<file>', 'CSV file')
        .option('--dry-run', 'write nothing', false)
        .option('--partial', 'import the valid rows', false)
        .action(action(async (file: string, options: ImportOptions) => (await load()).importFile(file, options))),
    )
    .addCommand(
      define(
        'list',
        'Lists a team; without a centre, the staff of the platform and of agencies.',
        'list --centre CU-001',
      )
        .option('--centre <code>', 'code of the centre', '')
        .action(action(async (options: ListOptions) => (await load()).listStaff(options))),
    )
    .addCommand(
      define('show', 'Shows a staff member with workplaces and history.', 'show operators/01JABC')
        .argument('<operator>', 'ID or resource name')
        .action(action(async (name: string, options: ListOptions) => (await load()).showMember(name, options))),
    )
    .addCommand(
      define(
        'person-keys',
        'Shows how many personal numbers still have to be sealed again after a key rotation.',
        'person-keys',
      ).action(action(async (options: ListOptions) => (await load()).showPersonKeys(options))),
    );
}
