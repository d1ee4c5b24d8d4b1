import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from '../scan/programs.ts';
import type { Progress } from '../scan/programs.ts';

/** Runs the alert tests of `k8s/alerts` with promtool. */

const FOLDER = join(import.meta.dirname, '../../../k8s/alerts');

/** Returns the test files in promtool's format. */
export const listCaseFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.test.yaml'))
    .sort()
    .map((name) => join(FOLDER, name));

export interface AlertResult {
  /** Number of passed cases. */
  passed: number;
  failed: number;
  /** Output of promtool, with expected and actual values of each failed case. */
  output: string;
}

export interface AlertOptions {
  /** Receives progress while promtool compiles, which takes minutes the first time. */
  onProgress: Progress;
  /** Other test files, which name their rules. @default those of the platform */
  cases?: readonly string[];
}

/**
 * Runs every case with promtool, which it compiles if needed.
 * @throws Error when promtool is unavailable, or cannot read rules or cases
 */
export async function runAlertTests({ onProgress, cases = listCaseFiles() }: AlertOptions): Promise<AlertResult> {
  const { path, version } = await goProgram('promtool', onProgress);
  onProgress(`promtool of Prometheus ${version} runs the cases of k8s/alerts`);
  const folder = mkdtempSync(join(tmpdir(), 'cups-alerts-'));
  try {
    const report = join(folder, 'report.xml');
    const { stdout, stderr, status } = spawnSync(path, ['test', 'rules', `--junit=${report}`, ...cases], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const output = `${stdout}${stderr}`.trim();
    const counted = countCases(readFileSync(report, 'utf8'));
    if (counted.passed + counted.failed === 0) throw new Error(`promtool ran no case:\n${output}`);
    // promtool reports an unreadable file only by exit code and text.
    if (status !== 0 && counted.failed === 0) throw new Error(`promtool ended with ${status}:\n${output}`);
    return { passed: counted.passed, failed: counted.failed, output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Counts the cases of a JUnit report by failure or error. Pure. */
export function countCases(report: string): { passed: number; failed: number } {
  const cases = report.split('<testcase').slice(1);
  const failed = cases.filter((one) => /<(failure|error)\b/.test(one)).length;
  return { passed: cases.length - failed, failed };
}
