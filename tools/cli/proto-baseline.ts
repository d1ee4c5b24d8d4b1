import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { action, defineCommand } from './program.ts';

export function protoBaselineCommand(): Command {
  return defineCommand({
    name: 'proto-baseline',
    summary: 'Makes the present proto files the baseline of the breaking-change check, after a release.',
    example: 'proto-baseline',
  }).action(
    action(() => {
      const root = join(import.meta.dirname, '../..');
      execFileSync(join(root, 'node_modules/.bin/buf'), ['build', 'proto', '-o', 'proto/baseline.binpb'], {
        cwd: root,
        stdio: 'inherit',
      });
    }),
  );
}
