import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Source of an image. */
export interface Source {
  /** Version of the package. */
  version: string;
  /** Commit, with `-dirty` when the checkout differs; 'unknown' outside git. */
  revision: string;
  /** Commit time, for reproducible builds; SOURCE_DATE_EPOCH overrides it. */
  created: Date;
}

/** Reads the checkout. */
export function readSource(root: string): Source {
  const git = (...args: string[]): string | undefined => {
    try {
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return undefined;
    }
  };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const commit = git('rev-parse', 'HEAD');
  const isDirty = git('status', '--porcelain') !== '';
  const seconds = process.env['SOURCE_DATE_EPOCH'] ?? git('log', '-1', '--format=%ct') ?? '0';
  return {
    version,
    revision: commit ? `${commit}${isDirty ? '-dirty' : ''}` : 'unknown',
    created: new Date(Number(seconds) * 1000),
  };
}

/** Returns the tag of a source: version and commit. */
export const tagOf = ({ version, revision }: Source): string =>
  `${version}-${revision.replace(/^([0-9a-f]{12})[0-9a-f]*/, '$1')}`;
