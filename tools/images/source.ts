import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an image is made from. */
export interface Source {
  /** Of the package. */
  version: string;
  /** The commit, with `-dirty` when the checkout differs from it; 'unknown' outside git. */
  revision: string;
  /** When it was committed, so that building it again gives the same image; SOURCE_DATE_EPOCH says otherwise. */
  created: Date;
}

/** Looks at the checkout. */
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

/** The tag of a source: its version and what names the commit. */
export const tagOf = ({ version, revision }: Source): string =>
  `${version}-${revision.replace(/^([0-9a-f]{12})[0-9a-f]*/, '$1')}`;
