import type { Command } from 'commander';
import { action, defineCommand, printResult } from '../program.ts';
import type { VerifyOptions } from './verify.ts';

export function storeCommand(): Command {
  return defineCommand({ name: 'store', summary: 'Checks the embedded store.' }).addCommand(
    defineCommand({
      name: 'verify',
      summary:
        'Reads every document and index entry of the embedded store, checks all checksums, and compares each index with ' +
        'the documents. A stopped store is started for it. A running store serves meanwhile; MONGODB_URI (or ' +
        'MONGODB_URI_FILE) selects another one.',
      example: 'store verify',
    })
      .option('--data <folder>', 'data of the local platform', '.cups/data')
      .option('--json', 'print JSON', false)
      .action(action(runVerify)),
  );
}

/** @returns exit code 1 when the store is damaged */
async function runVerify({ json, ...options }: VerifyOptions & { json: boolean }): Promise<number> {
  const { formatFault, formatVerification, verifyStore } = await import('./verify.ts');
  const found = await verifyStore(options, (line) => json || console.log(`  ${line}`));
  printResult(json, found, formatVerification(found));
  for (const fault of found.faults) console.error(formatFault(fault));
  return found.faults.length > 0 ? 1 : 0;
}
