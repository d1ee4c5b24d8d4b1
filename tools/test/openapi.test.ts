import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'cups-openapi-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Faults in the public interface, and what the check reports about each. */
const VIOLATIONS: [what: string, from: string | RegExp, to: string, finding: RegExp][] = [
  [
    'an operation that does not say what happens without a session',
    /(operationId: listApplications\n[\s\S]*?)        '401': .*\n/,
    '$1',
    /^owasp:api8:2023-define-error-responses-401 at paths\/\/api\/v1\/applications\/get\/responses/m,
  ],
  [
    'a list without an end',
    /(EvidenceList:\n[\s\S]*?) +maxItems: 50\n/,
    '$1',
    /^owasp:api4:2023-array-limit at components\/schemas\/EvidenceList/m,
  ],
  [
    'an operation that needs no session',
    'operationId: withdrawApplication\n',
    'operationId: withdrawApplication\n      security: []\n',
    /^owasp:api2:2023-write-restricted at paths\/\/api\/v1\/applications\/{id}\/withdraw/m,
  ],
  [
    'an example that does not fit',
    'value: { provider: local,',
    'value: { provider: elsewhere,',
    /^oas3-valid-media-example at paths\/\/api\/v1\/sessions\/post/m,
  ],
  [
    'a limit without the header that says when to come again',
    /(    TooManyRequests:\n.*\n)      headers:\n.*\n/,
    '$1',
    /^sent-headers at components\/responses\/TooManyRequests: lacks Retry-After/m,
  ],
  [
    'a header of limits that nobody sends',
    /(    BadRequest:\n[\s\S]*?)(?=      content:)/,
    "$1      headers: { RateLimit: { $ref: '#/components/headers/RetryAfter' } }\n",
    /^sent-headers at components\/responses\/BadRequest: declares RateLimit, which is not sent/m,
  ],
  [
    'an accepted finding that is gone',
    'identifier: Apache-2.0',
    'url: https://www.apache.org/licenses/LICENSE-2.0',
    /^license-url: accepted in tools\/check\/openapi.ts, but no longer found$/m,
  ],
];

/** What the check says of the public interface with all of that in it: it takes seconds, so it is asked once. */
function runCheckWithViolations(): { status: number | null; stderr: string } {
  let text = readFileSync(join(root, 'apps/gateway/openapi.yaml'), 'utf8');
  for (const [, from, to] of VIOLATIONS) {
    const planted = text.replace(from, to);
    expect(planted).not.toBe(text);
    text = planted;
  }
  const file = join(folder, 'openapi.yaml');
  writeFileSync(file, text);
  return spawnSync(process.execPath, [join(root, 'tools/check/openapi.ts'), '--file', file], { encoding: 'utf8' });
}

let said: ReturnType<typeof runCheckWithViolations>;
beforeAll(() => {
  said = runCheckWithViolations();
}, 60_000);

test.each(VIOLATIONS)('the check of the public interface refuses %s', (_what, _from, _to, finding) => {
  expect([said.status, said.stderr]).toEqual([1, expect.stringMatching(finding)]);
});
