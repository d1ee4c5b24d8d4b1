import type { Command } from 'commander';
import { action, collect, defineCommand, printResult } from '../program.ts';
import type { VerifyOptions } from './verify.ts';

/** `cups journal`: verifies the journal. See docs/how-to/verify-the-journal.md. */
export function journalCommand(): Command {
  return defineCommand({
    name: 'journal',
    summary: 'Verifies the journal of reads and changes of personal data.',
  }).addCommand(
    defineCommand({
      name: 'verify',
      summary:
        'Verifies the journal or a copy of it, and says which entries were changed, deleted, inserted or moved. Checkpoints ' +
        'from receipts, agencies or the topic cups.checkpoints also show what the owner of the signing key rewrote.',
      example: 'journal verify --checkpoint receipt.txt',
    })
      .argument('[folder]', 'folder of the journal, or a copy; the default is that of the local platform')
      .option('--data <folder>', 'data of the local platform', '.cups/data')
      .option('--key <key>', 'public key name+id+base64, repeatable; the default is the local key file', collect)
      .option('--checkpoint <file>', 'checkpoint that others kept, repeatable', collect)
      .option('--committed <file>', 'what services committed: a JSON object {source, subject, sequence} a line')
      .option('--json', 'print JSON', false)
      .action(action(runVerify)),
  );
}

/** @returns exit code 1 when the journal was altered */
async function runVerify(
  folder: string | undefined,
  { json, ...options }: VerifyOptions & { json: boolean },
): Promise<number> {
  const { formatFindings, verify } = await import('./verify.ts');
  const findings = await verify(folder, options);
  printResult(json, { intact: findings.length === 0, findings }, formatFindings(findings));
  return findings.length > 0 ? 1 : 0;
}
