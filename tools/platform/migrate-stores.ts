import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Runs the migrations of every service, each by its own `main.ts migrate`, as the chart does. */

const root = join(import.meta.dirname, '../..');

/** Services with migrations. */
export const MIGRATED_SERVICES = [
  'identity',
  'intake',
  'documents',
  'agency-bridge',
  'notifications',
  'journal',
] as const;

export interface MigratedStore {
  mongoUri: string;
  /** CA file of the store. */
  caFile?: string | undefined;
  prefix: string;
}

export interface MigrateArguments {
  isDryRun?: boolean;
  /** Number of migrations to revert. */
  down?: number;
}

/** One migration of a service, as it was run or would be. */
export interface MigrationSummary {
  service: string;
  migration: string;
  /** `applied`, `reverted`, or the direction of a planned one. */
  state: string;
  /** Number of changed documents. */
  count: number;
}

interface LogLine {
  event: string;
  resource?: string;
  collection?: string;
  state?: string;
  count?: number;
  total?: number;
}

/**
 * Migrates the databases of all services, concurrently.
 * @param onProgress receives a line when a migration starts, ends, or has run for some seconds
 * @throws Error, one sentence for each service that failed; migrations of other services stay applied
 */
export async function migrateStores(
  store: MigratedStore,
  { isDryRun = false, down = 0 }: MigrateArguments,
  onProgress: (line: string) => void,
): Promise<MigrationSummary[]> {
  const args = [...(isDryRun ? ['--dry-run'] : []), ...(down > 0 ? ['--down', String(down)] : [])];
  const runs = MIGRATED_SERVICES.map((service) => migrateService(service, store, args, onProgress));
  const results = await Promise.allSettled(runs);
  const failures = results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return results.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

async function migrateService(
  service: string,
  { mongoUri, caFile, prefix }: MigratedStore,
  args: readonly string[],
  onProgress: (line: string) => void,
): Promise<MigrationSummary[]> {
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    ['--disable-warning=ExperimentalWarning', join(root, 'apps', service, 'src/main.ts'), 'migrate', ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: buildEnvironment({ mongoUri, caFile, prefix }) },
  );
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const summaries: MigrationSummary[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as LogLine;
    const { event, resource: migration = '', state = '', count = 0 } = line;
    if (event === 'migration-finished' || event === 'migration-planned') {
      summaries.push({ service, migration, state, count });
    }
    const shown = formatProgress(line);
    if (shown) onProgress(`${service}: ${shown}`);
  }
  if ((await exited) === 0) return summaries;
  throw new Error(`${service}: ${errors.join('').trim() || 'the migration ended without a message.'}`);
}

function buildEnvironment({ mongoUri, caFile, prefix }: MigratedStore): NodeJS.ProcessEnv {
  const inherited = process.env;
  return {
    ...inherited,
    ...(inherited['MONGODB_URI_FILE'] ? {} : { MONGODB_URI: mongoUri }),
    ...(caFile ? { MONGODB_TLS_CA_FILE: caFile } : {}),
    CUPS_PREFIX: prefix,
    CUPS_ENV: inherited['CUPS_ENV'] ?? 'development',
    NODE_COMPILE_CACHE: join(root, '.cups', 'compile-cache'),
    LOG_LEVEL: 'info',
  };
}

function formatProgress({ event, resource, collection, count = 0, total = 0 }: LogLine): string | undefined {
  switch (event) {
    case 'migration-started':
      return `${resource} started`;
    case 'migration-progressed':
      return `${resource}: ${collection}, ${count} of ${total} documents read`;
    case 'migration-finished':
      return `${resource} done, ${count} documents changed`;
    case 'migration-lock-awaited':
      return 'waiting for another run, or for the lock of a killed one';
    case 'migration-writers-awaited':
      return `${resource} waits until ${count} running processes stop`;
    default:
      return undefined;
  }
}
