import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { dataDamageCommand, dataExportCommand } from '../data/command.ts';
import { action, defineCommand, printResult } from '../program.ts';
import { readUserName } from '../user-name.ts';
import type { Command as Work, CommandOptions } from './commands.ts';

const load = async () => ({
  ...(await import('./commands.ts')),
  ...(await import('./data.ts')),
  ...(await import('./documents.ts')),
});
type Works = Awaited<ReturnType<typeof load>>;
type WorkName = { [Name in keyof Works]: Works[Name] extends Work ? Name : never }[keyof Works];

/** Runs the work against a platform and prints its result. @returns exit code 1 when a service did not respond */
async function run(work: Work, names: string[], options: CommandOptions & { json: boolean }): Promise<number> {
  const { PlatformClient } = await import('../platform-client.ts');
  const platform = new PlatformClient(join(import.meta.dirname, '../../..'), process.env);
  try {
    const { found, text, faults = [] } = await work(platform, names, options);
    printResult(options.json, found, text);
    for (const fault of faults) console.error(fault);
    return faults.length > 0 ? 1 : 0;
  } finally {
    platform.close();
  }
}

/** Defines a command; arguments come from the usage, such as `show <service> <key>`. */
function define(work: WorkName, usage: string, summary: string, example: string): Command {
  const [name = '', ...names] = usage.split(' ');
  const command = defineCommand({ name, summary, example }).option('--json', 'print JSON', false);
  for (const one of names) command.argument(one);
  return command.action(
    action(async (...given: unknown[]) => {
      const options = given[names.length] as CommandOptions & { json: boolean };
      return run((await load())[work], given.slice(0, names.length) as string[], options);
    }),
  );
}

const withService = (command: Command): Command =>
  command.option(
    '--service <name>',
    'one service only: identity, intake, documents, agency-bridge, notifications or journal',
  );
const withActor = (command: Command): Command =>
  command.addOption(new Option('--actor <name>', 'actor').default(readUserName(), 'your user name'));
const withReason = (command: Command): Command =>
  withActor(command.option('--reason <text>', 'reason, stored in the log and with the record (required)'));

const FINDS =
  ' By default it connects to the platform of `npm start`. KEYS_DIR (with the key `ops`), GRPC_TLS_DIR (with its ' +
  'certificate) and AGENCY_BRIDGE_ADDRESS, DOCUMENTS_ADDRESS, INTAKE_ADDRESS, JOURNAL_ADDRESS, NOTIFICATIONS_ADDRESS and IDENTITY_ADDRESS select another.';
const group = (name: string, summary: string): Command => defineCommand({ name, summary: summary + FINDS });

function parkedCommand(): Command {
  return group('parked', 'Lists and handles events that wait behind a failed one.')
    .addCommand(
      withService(define('parkedList', 'list', 'Lists keys with parked events.', 'parked list --service intake')),
    )
    .addCommand(
      define(
        'parkedShow',
        'show <service> <topic/key>',
        'Shows the events parked under one key.',
        'parked show intake cups.deliveries/01JABC',
      ),
    )
    .addCommand(
      withReason(
        define(
          'parkedRelease',
          'release <service> <topic/key>',
          'Handles the events of a key again, in order.',
          "parked release intake cups.deliveries/01JABC --reason 'fixed in 0.2.1'",
        ),
      ),
    )
    .addCommand(
      withReason(
        define(
          'parkedDrop',
          'drop <service> <event>',
          'Discards an event; release its key afterwards.',
          "parked drop intake 01JABC --reason 'duplicate'",
        ),
      ),
    );
}

function outboxCommand(): Command {
  return group('outbox', 'Lists and unblocks outboxes.')
    .addCommand(
      withService(define('outboxList', 'list', 'Lists documents with an event that Kafka rejects.', 'outbox list')),
    )
    .addCommand(
      withReason(
        define(
          'outboxUnblock',
          'unblock <service> <collection/id>',
          'Sends the events of a document again.',
          "outbox unblock intake applications/01JABC --reason 'topic limit raised'",
        ),
      ),
    );
}

function documentsCommand(): Command {
  return group('documents', 'Holds documents, and lists results that nobody collected.')
    .addCommand(define('holdsList', 'holds', 'Lists applications whose documents are held.', 'documents holds'))
    .addCommand(
      withActor(
        define(
          'holdSet',
          'hold <application>',
          'Stops all erasure of the documents of an application.',
          'documents hold 01JABC --reason court',
        ).option('--reason <reason>', 'court, complaint or audit (required)'),
      ),
    )
    .addCommand(
      withActor(
        define('holdClear', 'release <application>', 'Releases a hold.', 'documents release 01JABC --actor maria'),
      ),
    )
    .addCommand(
      define('uncollectedList', 'uncollected', 'Lists results that nobody collected.', 'documents uncollected'),
    );
}

function dataCommand(): Command {
  return group('data', 'Copies the data of a person, lists erasures, and erases or restricts on request.')
    .addCommand(dataExportCommand())
    .addCommand(dataDamageCommand())
    .addCommand(
      define('erasuresList', 'erasures', 'Lists erasures, newest first.', 'data erasures --verify')
        .option(
          '--verify',
          'find each erasure older than two minutes in the journal, one entry of each service, find documents that it left, and verify the journal',
          false,
        )
        .option(
          '--journal <folder>',
          'with --verify: folder of the journal, or a copy (default: of the local platform)',
        )
        .option('--data <folder>', 'data of the local platform', '.cups/data'),
    )
    .addCommand(
      withActor(
        define(
          'dataErase',
          'erase <application>',
          'Erases the personal data of an application that has ended. A refusal names the law.',
          'data erase 01JABC --reason objection',
        ).option('--reason <reason>', 'no-longer-needed, unlawful-processing or objection (required)'),
      ),
    )
    .addCommand(
      withActor(
        define(
          'dataErasePerson',
          'erase-person',
          'Erases what has ended of a person: applications, and mandates that no remaining application names. It asks ' +
            'for the personal number, or reads it from standard input, and names what stays and why.',
          'data erase-person --reason objection',
        ).option('--reason <reason>', 'no-longer-needed, unlawful-processing or objection (required)'),
      ),
    )
    .addCommand(
      define(
        'dataLeftMandates',
        'left-mandates',
        'Finds mandates that erasures on request left, as those of earlier releases did.',
        'data left-mandates --erase',
      ).option('--erase', 'erase their people', false),
    )
    .addCommand(
      withActor(
        define(
          'dataRestrict',
          'restrict <application>',
          'Restricts the processing of an application.',
          'data restrict 01JABC --reason accuracy-contested',
        ).option('--reason <reason>', 'accuracy-contested, unlawful-processing, legal-claim or objection (required)'),
      ),
    )
    .addCommand(
      withActor(define('dataUnrestrict', 'unrestrict <application>', 'Ends a restriction.', 'data unrestrict 01JABC')),
    );
}

/** Commands that list and repair blocked messages of a running platform. See docs/how-to/unblock-messages.md. */
export function operationsCommands(): Command[] {
  return [
    group('stuck', 'Lists stuck consumers.').addCommand(
      withService(define('stuckList', 'list', 'Lists partitions with a stuck consumer.', 'stuck list')),
    ),
    parkedCommand(),
    outboxCommand(),
    documentsCommand(),
    dataCommand(),
    group('refused', 'Lists refused messages.').addCommand(
      withService(define('refusedList', 'list', 'Lists refused messages by cause.', 'refused list')).option(
        '--topic <topic>',
        'one topic only',
      ),
    ),
    group('deliveries', 'Resends failed deliveries.').addCommand(
      withReason(
        define(
          'redrive',
          'redrive <delivery>',
          'Resends a failed delivery.',
          "deliveries redrive deliveries/01JABC --reason 'agency repaired'",
        ),
      ),
    ),
    withReason(
      define(
        'replay',
        'replay',
        'Resends all messages of an application, or all messages to an agency since a time, with the same IDs.' + FINDS,
        "replay --agency asp --since 2026-03-02T08:00:00Z --reason 'agency restored a backup'",
      )
        .option('--application <id>', 'application')
        .option('--agency <code>', 'agency, with --since')
        .option('--since <time>', 'start of the period'),
    ),
  ];
}
