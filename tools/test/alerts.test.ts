import { expect, test } from '@jest/globals';
import { countCases } from '../cli/alerts/run.ts';

/** What promtool reports is read; it itself runs in `npm run cups -- alerts test` (k8s/alerts). */

test('counts passed and failed cases of a report', () => {
  const report = `<testsuites><testsuite name="rules.test.yaml" tests="3" failures="1">
    <testcase name="A fires: x"></testcase><testcase name="B"><failure message="m" type="t">wanted</failure></testcase>
    <testcase name="C"/></testsuite></testsuites>`;
  expect(countCases(report)).toEqual({ passed: 2, failed: 1 });
  expect(countCases('<testsuites></testsuites>')).toEqual({ passed: 0, failed: 0 });
});
