import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const RULES_FILE = '.commitlintrc.mjs';

describe('the rules for commit messages', () => {
  const findViolations = (message: string) => {
    const commitlint = join(root, 'node_modules/.bin/commitlint');
    const { stdout } = spawnSync(commitlint, [], { cwd: root, encoding: 'utf8', input: message });
    return [...stdout.matchAll(/\[([a-z-]+)\]$/gm)].map(([, rule]) => rule);
  };
  const body = '\n\nThe consumer sees each ID once.\n';

  test('accept an imperative subject, a wrapped body and a long URL', () => {
    const url = `https://example.org/${'a'.repeat(80)}`;
    expect(findViolations(`Process replies with a new ID${body}See ${url}\n`)).toEqual([]);
  });

  test.each([
    ['a subject in the past', `Rejected replies with a reused ID${body}`, 'subject-imperative'],
    ['a subject in the third person', `Rejects replies with a reused ID${body}`, 'subject-imperative'],
    ['a statement as subject', `Whoever reuses an ID gets an error${body}`, 'subject-imperative'],
    ['a full stop', `Reject replies with a reused ID.${body}`, 'subject-full-stop'],
    ['a subject of 73 characters', `Reject${' it'.repeat(22)}!${body}`, 'header-max-length'],
    ['a missing body', 'Reject replies with a reused ID\n', 'body-empty'],
    ['a body line of 73 characters', `Reject replies\n\n${'a'.repeat(73)}\n`, 'body-max-line-length'],
  ])('reject %s', (_, message, rule) => {
    expect(findViolations(message)).toEqual([rule]);
  });
});

describe('the check of commits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cups-commits-'));
  const repository = join(folder, 'repository');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args]);
  const commit = (message: string) => git('commit', '--quiet', '--allow-empty', '--no-verify', '-m', message);
  const check = (checkout = repository) => {
    const { status, stdout } = spawnSync(process.execPath, ['tools/check/commits.ts'], {
      cwd: checkout,
      encoding: 'utf8',
    });
    return { status, stdout };
  };
  const prepare = (checkout: string) => {
    cpSync(join(root, 'tools/check/commits.ts'), join(checkout, 'tools/check/commits.ts'));
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  };

  beforeAll(() => {
    mkdirSync(repository);
    prepare(repository);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('covers only commits after the one that added the rules', () => {
    expect(check()).toEqual({ status: 0, stdout: 'commits: not run, no git history\n' });
    git('init', '--quiet');
    commit('old message.');
    expect(check()).toEqual({ status: 0, stdout: `commits: not run, no commit adds ${RULES_FILE}\n` });
    cpSync(join(root, RULES_FILE), join(repository, RULES_FILE));
    git('add', RULES_FILE);
    commit('Check commits\n\nOne form is easier to read.');
    expect(check()).toEqual({ status: 0, stdout: 'commits: 0 checked\n' });
    commit('Follow the rules\n\nThe check covers this commit.');
    expect(check()).toEqual({ status: 0, stdout: 'commits: 1 checked\n' });
    commit('broke the rules');
    expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining('[subject-imperative]') });
  });

  test('does not run in a shallow clone', () => {
    const clone = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository}`, clone]);
    prepare(clone);
    expect(check(clone)).toEqual({ status: 0, stdout: 'commits: not run, shallow clone\n' });
  });
});
