/**
 * Checks the messages of all commits after the one that added `.commitlintrc.mjs`, by its rules. Older ones have other forms.
 * `node tools/check/commits.ts`
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const RULES_FILE = '.commitlintrc.mjs';

/** Returns what git prints, trimmed, or undefined if it fails. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Returns the commit after which messages are checked, or the reason why none can be checked. */
function findBase(): { base: string } | { reason: string } {
  const shallow = git('rev-parse', '--is-shallow-repository');
  if (shallow === undefined) return { reason: 'no git history' };
  if (shallow === 'true') return { reason: 'shallow clone' };
  const base = git('log', '--diff-filter=A', '--format=%H', '--', RULES_FILE)?.split('\n').at(-1);
  return base ? { base } : { reason: `no commit adds ${RULES_FILE}` };
}

const range = findBase();
if ('reason' in range) {
  console.log(`commits: not run, ${range.reason}`);
} else {
  const count = Number(git('rev-list', '--count', `${range.base}..HEAD`));
  if (count > 0) {
    const commitlint = join(root, 'node_modules/.bin/commitlint');
    const { status } = spawnSync(commitlint, ['--from', range.base, '--to', 'HEAD'], { cwd: root, stdio: 'inherit' });
    process.exitCode = status ?? 1;
  }
  if (!process.exitCode) console.log(`commits: ${count} checked`);
}
