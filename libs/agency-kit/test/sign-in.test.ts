import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { reasonOf, toSecurityConfig } from '../src/sign-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [caFile, passwordFile] = [join(folder, 'ca.crt'), join(folder, 'password')];
writeFileSync(caFile, 'authority one\n');
writeFileSync(passwordFile, 'word one\n');

test('connects without TLS and sign-in by default', () => {
  expect(toSecurityConfig({ caFile: undefined, username: '', passwordFile: undefined })).toEqual({});
});

test('reads files again for each connection and keeps the last content of a missing file', () => {
  const { ssl, sasl } = toSecurityConfig({ caFile, username: 'agency.asp', passwordFile });
  const seen = () => [(ssl as { ca: string }).ca, (sasl as { password: string }).password];
  expect(seen()).toEqual(['authority one', 'word one']);
  writeFileSync(passwordFile, 'word two\n');
  rmSync(caFile);
  expect(seen()).toEqual(['authority one', 'word two']);
  writeFileSync(caFile, 'authority one\n');
});

test.each([
  ['a user without a password', { caFile, username: 'x', passwordFile: undefined }, /must be set together/],
  ['a password without a user', { caFile, username: '', passwordFile }, /must be set together/],
  ['a sign-in without TLS', { caFile: undefined, username: 'x', passwordFile }, /signing in requires TLS\.$/],
  ['a missing file', { caFile: join(folder, 'no'), username: '', passwordFile: undefined }, /^KAFKA_TLS_CA_FILE must/],
])('rejects %s', (_, access, message) => {
  expect(() => toSecurityConfig(access)).toThrow(message);
});

test('returns the most specific reason of a nested error', () => {
  const wrapped = (inner: object) =>
    Object.assign(new Error('x'), { name: 'KafkaJSNumberOfRetriesExceeded', cause: inner });
  expect(reasonOf(wrapped({ type: 'TOPIC_AUTHORIZATION_FAILED' }))).toBe('TOPIC_AUTHORIZATION_FAILED');
  expect(reasonOf(wrapped({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }))).toBe('SELF_SIGNED_CERT_IN_CHAIN');
  expect(reasonOf(new RangeError('x'))).toBe('RangeError');
});
