/**
 * Kills an embedded store under load again and again, and checks after each restart that nothing acknowledged is lost and
 * that indexes and documents agree. Usage: `node local/kill-loop.ts [--rounds 200] [--documents 300]`; exit code 1 after
 * a violation. The documents of a round vary between a tenth and all of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runKillRound } from './kill-rounds.ts';
import { startLocal } from './src/index.ts';

const { values: args } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, documents: { type: 'string', default: '300' } },
});
const rounds = Number(args.rounds);
const documents = Number(args.documents);

const folder = mkdtempSync(join(tmpdir(), 'cups-kill-loop-'));
const local = await startLocal({ dataDir: folder, parts: ['store'] });
const sum = { rounds: 0, documents: 0, changes: 0, entries: 0, recoveredChanges: 0, discardedTails: 0 };
const violations: string[] = [];
const started = performance.now();
try {
  while (sum.rounds < rounds) {
    const enough = Math.ceil((documents * (1 + (sum.rounds % 10))) / 10);
    const result = await runKillRound(local, sum.rounds, enough);
    sum.rounds += 1;
    sum.documents += result.documents;
    sum.changes += result.changes;
    sum.entries += result.entries;
    sum.recoveredChanges += result.recoveredChanges;
    sum.discardedTails += result.discardedBytes > 0 ? 1 : 0;
    const found = [...result.lost, ...result.faults];
    violations.push(...found.map((line) => `round ${sum.rounds}: ${line}`));
    if (sum.rounds % 10 === 0) console.log(`${sum.rounds} rounds, ${violations.length} violations`);
  }
} finally {
  await local.stop();
  rmSync(folder, { recursive: true, force: true });
}
const seconds = Math.round((performance.now() - started) / 1000);
for (const line of violations) console.error(line);
console.log(JSON.stringify({ ...sum, seconds, violations: violations.length }));
process.exitCode = violations.length > 0 ? 1 : 0;
