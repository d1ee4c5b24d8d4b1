import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { environmentFile, ENVIRONMENTS, renderText } from '../cli/charts/render.ts';
import { readGoMod, versionIn } from '../cli/scan/programs.ts';
import { formatCounts, readCheckov, readKubeLinter, readKubeScore } from '../cli/scan/scan-results.ts';

/** Reads the results of manifest scanners as they write them. `npm run cups -- scan` runs the scanners. */

const root = join(import.meta.dirname, '..', '..');

test('parses checkov’s output of any number of frameworks', () => {
  const report = {
    check_type: 'kubernetes',
    results: {
      failed_checks: [{ check_id: 'CKV_K8S_43', check_name: 'By digest', resource: 'Deployment.cups.intake' }],
    },
    summary: { passed: 9, failed: 1, skipped: 2 },
  };
  const wanted = {
    passed: 9,
    skipped: 2,
    failed: ['CKV_K8S_43 Deployment.cups.intake: By digest'],
    warnings: [],
  };
  expect(readCheckov(JSON.stringify(report))).toEqual(wanted);
  expect(readCheckov(JSON.stringify([report, { summary: { passed: 1, skipped: 0 } }]))).toEqual({
    ...wanted,
    passed: 10,
  });
  const nothing = { passed: 0, failed: 0, skipped: 0, resource_count: 0 };
  expect(readCheckov(JSON.stringify(nothing))).toEqual({ passed: 0, skipped: 0, failed: [], warnings: [] });
});

test('distinguishes kube-score’s grades', () => {
  const check = (id: string, grade: number, skipped = false) => ({
    check: { id },
    grade,
    skipped,
    comments: grade < 10 ? [{ summary: 'Not so' }] : null,
  });
  const checks = [check('a', 1), check('b', 5), check('c', 7), check('d', 10), check('e', 1, true)];
  expect(readKubeScore(JSON.stringify([{ object_name: 'Deployment/x', checks }]))).toEqual({
    passed: 2,
    skipped: 1,
    failed: ['a Deployment/x: Not so'],
    warnings: ['b Deployment/x: Not so'],
  });
  expect(readKubeScore('null').failed).toEqual([]);
});

test('parses kube-linter’s output', () => {
  const report = {
    Check: 'env-var-secret',
    Diagnostic: { Message: 'found' },
    Object: { K8sObject: { Name: 'intake', GroupVersionKind: { Kind: 'Deployment' } } },
  };
  expect(readKubeLinter(JSON.stringify({ Reports: [report] })).failed).toEqual([
    'env-var-secret Deployment/intake: found',
  ]);
  expect(formatCounts(readKubeLinter('{"Reports":null}'))).toBe('0 failed');
});

test('pins every scanner by a Go module or requirements', () => {
  for (const name of readdirSync(join(root, 'k8s', 'scanners'), { withFileTypes: true })) {
    if (!name.isDirectory()) continue;
    const file = (of: string) => join(root, 'k8s', 'scanners', name.name, of);
    if (existsSync(file('go.mod'))) {
      expect(readGoMod(readFileSync(file('go.mod'), 'utf8')).version).toMatch(/^v\d+\.\d+\.\d+$/);
      expect(existsSync(file('go.sum'))).toBe(true);
    } else {
      const requirements = readFileSync(file('requirements.txt'), 'utf8');
      expect(versionIn(requirements, name.name)).toMatch(/^\d/);
      const lines = requirements.trim().split('\n');
      expect(lines.filter((line) => !/^[A-Za-z0-9._-]+==[\w.]+$/.test(line))).toEqual([]);
    }
  }
});

test('refuses a Go module without a required tool', () => {
  expect(() => readGoMod('module x\n')).toThrow('names no tool');
  expect(() => readGoMod('module x\ntool a.example/b/cmd/b\n')).toThrow('does not require');
  expect(readGoMod('module x\ntool a.example/b/cmd/b\nrequire (\n\ta.example/b v1.2.3 // indirect\n)\n').version).toBe(
    'v1.2.3',
  );
});

interface AnnotatedObject {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
}

const SCANNER_ANNOTATIONS = /^(checkov\.io|kube-score|ignore-check\.kube-linter\.io)\//;

test.each(ENVIRONMENTS)('gives a reason for every scanner exception of %s', (environment) => {
  const text = renderText('platform', { files: [environmentFile(environment)] });
  const objects = text.split(/^---$/m).map((one) => parse(one) as AnnotatedObject | null);
  let told = 0;
  for (const { kind, metadata } of objects.filter((one) => one !== null)) {
    const annotations = Object.entries(metadata.annotations ?? {});
    const reasons = annotations.filter(
      ([name]) => name.startsWith('checkov.io/') || name.startsWith('exception.cups/'),
    );
    for (const [name, value] of annotations.filter(([one]) => SCANNER_ANNOTATIONS.test(one))) {
      told += 1;
      const where = `${kind} ${metadata.name} ${name}`;
      if (name.startsWith('checkov.io/'))
        expect({ where, value }).toEqual({ where, value: expect.stringMatching(/^CKV\w+=.{20,}\.$/) });
      else if (name !== 'kube-score/ignore')
        expect({ where, value }).toEqual({ where, value: expect.stringMatching(/^.{20,}\.$/) });
      // kube-score has no place for a reason of its own: there is one for each of its names.
      else expect({ where, reasons: reasons.length >= value.split(',').length }).toEqual({ where, reasons: true });
    }
  }
  expect(told).toBeGreaterThan(0);
});
