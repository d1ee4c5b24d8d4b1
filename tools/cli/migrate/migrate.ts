import { join, resolve } from 'node:path';
import { findRunningProcess } from '@cups/local';
import { hasExternalParts, withConnections } from '../backup/connections.ts';
import { claimDataVersion, stampDataVersion, VERSIONS_AFTER } from '../../platform/data-version.ts';
import { migrateStores } from '../../platform/migrate-stores.ts';
import type { MigrationSummary } from '../../platform/migrate-stores.ts';

export interface MigrateOptions {
  data: string;
  dryRun: boolean;
  /** Number of migrations to revert; 0 applies the pending ones. */
  down: number;
}

const root = join(import.meta.dirname, '../../..');

/**
 * Migrates the stores of all services, or those of the environment, and returns what was or would be changed.
 * @throws Error, one sentence for each service that failed
 */
export async function migrate(
  { data, dryRun: isDryRun, down }: MigrateOptions,
  onProgress: (line: string) => void,
): Promise<MigrationSummary[]> {
  const dataDir = resolve(root, data);
  const isLocal = !hasExternalParts();
  if (isLocal && !isDryRun && (await findRunningProcess(dataDir)) === undefined) claimDataVersion(dataDir, root);
  let summaries: MigrationSummary[] = [];
  await withConnections(dataDir, onProgress, async (parts) => {
    summaries = await migrateStores(parts, { isDryRun, down }, onProgress);
  });
  if (isLocal && !isDryRun) stampDataVersion(dataDir, down > 0 ? findFormerVersion(summaries) : undefined);
  return summaries;
}

/** Returns the version of the data before the reverted migrations; undefined if it has not changed. */
function findFormerVersion(summaries: readonly MigrationSummary[]): number | undefined {
  const versions = summaries.flatMap(({ migration }) => VERSIONS_AFTER[migration] ?? []);
  return versions.length === 0 ? undefined : Math.min(...versions) - 1;
}

export function formatMigrations(summaries: readonly MigrationSummary[], isDryRun: boolean): string {
  if (summaries.length === 0) return 'Nothing to migrate.';
  const rows = summaries.map(({ service, migration, state, count }) => {
    const done = isDryRun ? 'would change' : `${state}:`;
    return `${service}: ${migration} ${done} ${count} documents`;
  });
  return rows.join('\n');
}
