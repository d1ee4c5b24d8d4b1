import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';

const PRODUCTION = { CUPS_ENV: 'production', GRPC_TLS_DIR: '/tls', KAFKA_TLS_CA_FILE: 'package.json' };

test.each([
  ['production', '3599999', /^DOCUMENTS_ORPHAN_AGE_MS must be at least 3600000 in production\.$/],
  ['development', '999', /^DOCUMENTS_ORPHAN_AGE_MS must be/],
])('in %s, orphans of %s ms are refused', (environment, age, message) => {
  const variables = { ...PRODUCTION, CUPS_ENV: environment, DOCUMENTS_ORPHAN_AGE_MS: age };
  expect(() => readConfig(variables)).toThrow(message);
});

test('accepts a short age of orphans in development, and an hour in production', () => {
  expect(readConfig({ CUPS_ENV: 'development', DOCUMENTS_ORPHAN_AGE_MS: '1000' }).orphanAgeMs).toBe(1_000);
  expect(readConfig({ ...PRODUCTION, DOCUMENTS_ORPHAN_AGE_MS: '3600000' }).orphanAgeMs).toBe(3_600_000);
});
