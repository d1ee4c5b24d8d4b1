/**
 * Checks the messages of all commits from the one that added the rules to HEAD, by `commitlint.config.mjs`. The older ones were
 * written before the rules. `node tools/commits.ts`
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const RULES_FILE = 'commitlint.config.mjs';

/** Returns what git prints, trimmed, or undefined if it fails. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Returns the parent of the oldest commit to check, or the reason why none can be checked. */
function findBase(): { base: string } | { reason: string } {
  const shallow = git('rev-parse', '--is-shallow-repository');
  if (shallow === undefined) return { reason: 'no git history' };
  if (shallow === 'true') return { reason: 'shallow clone' };
  const added = git('log', '--diff-filter=A', '--format=%H', '--', RULES_FILE)?.split('\n').at(-1);
  if (!added) return { reason: `no commit adds ${RULES_FILE}` };
  const base = git('rev-parse', '--verify', '--quiet', `${added}^`);
  return base ? { base } : { reason: `the first commit adds ${RULES_FILE}` };
}

const range = findBase();
if ('reason' in range) {
  console.log(`commits: not run, ${range.reason}`);
} else {
  const commitlint = join(root, 'node_modules/.bin/commitlint');
  const { status } = spawnSync(commitlint, ['--from', range.base, '--to', 'HEAD'], { cwd: root, stdio: 'inherit' });
  if (status === 0) console.log(`commits: ${git('rev-list', '--count', `${range.base}..HEAD`)} checked`);
  process.exitCode = status ?? 1;
}
