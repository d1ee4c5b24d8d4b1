import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { round } from './processes.ts';

const root = join(import.meta.dirname, '..');

/** Returns machine, versions and commit, without which a figure means nothing. */
export function readEnvironmentInfo(loadBefore: number) {
  const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  const version = (pom: string, artifact: string) =>
    new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]+)`).exec(
      readFileSync(join(root, 'local', pom), 'utf8'),
    )?.[1] ?? 'unknown';
  const java = () => {
    try {
      return /"([^"]+)"/.exec(execFileSync('sh', ['-c', 'java -version 2>&1'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
    } catch {
      return 'none';
    }
  };
  return {
    time: new Date().toISOString(),
    commit: git('rev-parse', '--short=10', 'HEAD'),
    uncommitted: git('status', '--porcelain', '--', 'apps', 'libs', 'local', 'tools', 'bench', 'data')
      .split('\n')
      .filter(Boolean).length,
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? 'unknown',
      memoryMiB: Math.round(totalmem() / 1024 / 1024),
      loadBefore: round(loadBefore),
    },
    versions: {
      node: process.versions.node,
      ...(process.env['NODE_OPTIONS'] ? { nodeOptions: process.env['NODE_OPTIONS'] } : {}),
      java: java(),
      kafka: process.env['KAFKA_BROKERS'] ? 'given' : version('kafka.pom.xml', 'kafka_2.13'),
      store: process.env['MONGODB_URI']
        ? 'given'
        : `mongo-java-server ${version('store.pom.xml', 'mongo-java-server-core')}, ` +
          `RocksDB ${version('store.pom.xml', 'rocksdbjni')}`,
    },
  };
}
