import { Option } from 'commander';
import type { Command } from 'commander';
import { action, collect, defineCommand, printResult, wholeNumber } from '../program.ts';
import type { AcceptRestoreOptions } from './accept-restore.ts';
import { readUserName } from '../user-name.ts';
import type { DismissOptions } from './missing.ts';
import type { VerifyOptions } from './verify.ts';

/** Ten batches of the journal and of the relay, with a pause of Kafka. */
const DEFAULT_WAIT_SECONDS = 30;
const MAX_WAIT_SECONDS = 3_600;

/** `cups journal`: verifies the journal, and begins it again. See docs/how-to/verify-the-journal.md. */
export function journalCommand(): Command {
  return defineCommand({
    name: 'journal',
    summary: 'Verifies the journal of reads and changes of personal data, and begins it again after a restore.',
  })
    .addCommand(
      define(
        'verify',
        'Verifies the journal or a copy of it, and says which entries were changed, deleted, inserted or moved. ' +
          'Checkpoints from access lists, agencies or the topic cups.checkpoints also show what the owner of the signing ' +
          'key rewrote.',
        'verify --checkpoint received.txt',
      )
        .argument('[folder]', 'folder of the journal, or a copy; the default is that of the local platform')
        .option('--checkpoint <file>', 'checkpoint that others kept, repeatable', collect)
        .option('--services', 'ask the services what they committed, and find entries that never arrived', false)
        .option('--committed <file>', 'what services committed, as `cups journal committed` prints it')
        .option(
          '--wait <seconds>',
          'with --services: how long an entry may be under way',
          wholeNumber(0, MAX_WAIT_SECONDS),
          DEFAULT_WAIT_SECONDS,
        )
        .action(action(runVerify)),
    )
    .addCommand(
      defineCommand({
        name: 'committed',
        summary:
          'Prints how many entries each document of the services has committed, a JSON object a line. Save it before you ' +
          'copy the folder of the journal, and verify the copy with --committed.',
        example: 'journal committed > committed.jsonl',
      }).action(action(runCommitted)),
    )
    .addCommand(statusCommand())
    .addCommand(missingCommand())
    .addCommand(dismissCommand())
    .addCommand(
      define(
        'verify-list',
        'Verifies the file of a printed access list: the journal has each of its entries, and the printed hash is its hash.',
        'verify-list access-list.json',
      )
        .argument('<file>', 'file that the desk saved when it printed the list')
        .action(action(runVerifyList)),
    )
    .addCommand(verifyHistoryCommand())
    .addCommand(
      defineCommand({
        name: 'accept-restore',
        summary:
          'Begins a new log under another name while no service runs, because the journal refuses an older copy of its log ' +
          'and no newer one exists. The refused log stays beside it. The new one reads the entries of the last 40 days again.',
        example: 'journal accept-restore --origin cups.md/journal-2',
      })
        .requiredOption('--origin <name>', 'name of the new log')
        .option('--data <folder>', 'data of the local platform', '.cups/data')
        .action(action(runAcceptRestore)),
    );
}

function verifyHistoryCommand(): Command {
  return define(
    'verify-history',
    'Compares the history of an application, with its archived part, with the entries of the journal.',
    'verify-history applications/01JABC',
  )
    .argument('<application>', 'applications/{id}')
    .option(
      '--wait <seconds>',
      'how long an entry may be under way',
      wholeNumber(0, MAX_WAIT_SECONDS),
      DEFAULT_WAIT_SECONDS,
    )
    .action(action(runVerifyHistory));
}

function statusCommand(): Command {
  return defineCommand({
    name: 'status',
    summary:
      'Says whether the journal continues its log, and if not, why and until when entries wait; and what was altered.',
    example: 'journal status',
  })
    .option('--json', 'print JSON', false)
    .action(action(runStatus));
}

function missingCommand(): Command {
  return defineCommand({
    name: 'missing',
    summary:
      'Lists entries that a service committed and the journal has not received: it has later ones of the document.',
    example: 'journal missing',
  })
    .option('--json', 'print JSON', false)
    .action(action(runMissing));
}

function dismissCommand(): Command {
  return defineCommand({
    name: 'dismiss',
    summary:
      'Dismisses missing entries after an investigation. The journal gets an entry of it, the alert ends, and verifiers ' +
      'report the numbers as dismissed.',
    example: 'journal dismiss intake applications/01JABC 3-5 --reason restored-store',
  })
    .argument('<service>')
    .argument('<document>')
    .argument('<numbers>', 'as `cups journal missing` lists them')
    .option('--reason <code>', 'restored-store, lost-topic, generated-data or unexplained (required)')
    .addOption(new Option('--actor <name>', 'actor').default(readUserName(), 'your user name'))
    .option('--json', 'print JSON', false)
    .action(action(runDismiss));
}

/** @returns exit code 1 while the log is refused or has alterations */
async function runStatus({ json }: { json: boolean }): Promise<number> {
  const { readStatus } = await import('./missing.ts');
  const { found, text } = await readStatus();
  printResult(json, found, text);
  return found.refusalText === '' && found.alterationCount === 0 ? 0 : 1;
}

async function runMissing({ json }: { json: boolean }): Promise<void> {
  const { listMissing } = await import('./missing.ts');
  const { found, text } = await listMissing();
  printResult(json, found, text);
}

async function runDismiss(
  service: string,
  document: string,
  numbers: string,
  { json, ...options }: DismissOptions & { json: boolean },
): Promise<void> {
  const { dismissMissing } = await import('./missing.ts');
  const { found, text } = await dismissMissing([service, document, numbers], options);
  printResult(json, found, text);
}

async function runCommitted(): Promise<void> {
  const { printCommitted } = await import('./committed.ts');
  await printCommitted();
}

async function runAcceptRestore(options: AcceptRestoreOptions): Promise<void> {
  const { acceptRestore } = await import('./accept-restore.ts');
  await acceptRestore(options);
}

function define(name: string, summary: string, example: string): Command {
  return defineCommand({ name, summary, example: `journal ${example}` })
    .option('--data <folder>', 'data of the local platform', '.cups/data')
    .option('--key <key>', 'public key name+id+base64, repeatable; the default is the local key file', collect)
    .option('--json', 'print JSON', false);
}

/** @returns exit code 1 when the list has entries that the journal lacks */
async function runVerifyList(file: string, { json, ...options }: VerifyOptions & { json: boolean }): Promise<number> {
  const { formatList, verifyAccessList } = await import('./verify.ts');
  const verification = await verifyAccessList(file, options);
  printResult(json, verification, formatList(verification));
  return verification.findings.length > 0 ? 1 : 0;
}

/** @returns exit code 1 when the history and the journal differ */
async function runVerifyHistory(
  application: string,
  { json, ...options }: VerifyOptions & { json: boolean },
): Promise<number> {
  const { formatHistory, verifyHistory } = await import('./verify-history.ts');
  const verification = await verifyHistory(application, options);
  printResult(json, verification, formatHistory(verification));
  return verification.findings.length > 0 ? 1 : 0;
}

/** @returns exit code 1 when the journal was altered */
async function runVerify(
  folder: string | undefined,
  { json, ...options }: VerifyOptions & { json: boolean },
): Promise<number> {
  const [{ formatFindings, verify }, { isIntact }] = await Promise.all([
    import('./verify.ts'),
    import('./verifier.ts'),
  ]);
  const findings = await verify(folder, options);
  printResult(json, { intact: isIntact(findings), findings }, formatFindings(findings));
  return isIntact(findings) ? 0 : 1;
}
