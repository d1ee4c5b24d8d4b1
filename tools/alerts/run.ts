import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from '../judges/programs.ts';
import type { Progress } from '../judges/programs.ts';

/** The alerts of the platform, made to fire and kept quiet by promtool, as the files of `k8s/alerts` say. */

const FOLDER = join(import.meta.dirname, '..', '..', 'k8s', 'alerts');

/** The files of cases, in the form of promtool. */
export const listCaseFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.test.yaml'))
    .sort()
    .map((name) => join(FOLDER, name));

export interface AlertResult {
  /** Cases that went as they should. */
  passed: number;
  failed: number;
  /** What promtool said: of each case that failed, what it wanted and what it got. */
  output: string;
}

export interface AlertOptions {
  /** Told while promtool is compiled, which takes minutes the first time. */
  onProgress: Progress;
  /** Other files of cases, which name their rules. @default those of the platform */
  cases?: readonly string[];
}

/**
 * Runs every case by promtool, which is compiled first when it is not there yet.
 * @throws Error when promtool cannot be had, or could not read rules or cases
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
    // What it cannot read it tells of in its code and its words alone.
    if (status !== 0 && counted.failed === 0) throw new Error(`promtool ended with ${status}:\n${output}`);
    return { passed: counted.passed, failed: counted.failed, output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Pure: the cases of a report in the form of JUnit, by whether a failure or an error stands in them. */
export function countCases(report: string): { passed: number; failed: number } {
  const cases = report.split('<testcase').slice(1);
  const failed = cases.filter((one) => /<(failure|error)\b/.test(one)).length;
  return { passed: cases.length - failed, failed };
}
