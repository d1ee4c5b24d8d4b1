import { describe, expect, test } from '@jest/globals';
import { requireEncryptedStore } from '../src/encrypted-store.ts';

const SECRET = 'user:pass';
const ca = () => 'PEM';

describe('requireEncryptedStore in production', () => {
  test.each<[string, string, (() => string) | undefined]>([
    ['a file of authorities', 'mongodb://db', ca],
    ['tls=true', 'mongodb://db/?tls=true', undefined],
    ['its older name', 'mongodb://db/?ssl=true', undefined],
    ['an option in upper case', 'mongodb://db/?TLS=true', undefined],
    ['a name in DNS, which implies it', 'mongodb+srv://db', undefined],
    ['an explicitly enabled check', 'mongodb://db/?tls=true&tlsInsecure=false', undefined],
  ])('accepts %s', (_, mongoUri, mongoCa) => {
    expect(() => requireEncryptedStore({ environment: 'production', mongoUri, mongoCa })).not.toThrow();
  });

  test.each<[string, string, (() => string) | undefined]>([
    ['nothing', `mongodb://${SECRET}@db`, undefined],
    ['tls=false', `mongodb://${SECRET}@db/?tls=false`, undefined],
    ['tls=false beside a file of authorities', `mongodb://${SECRET}@db/?tls=false`, ca],
    ['tls=false beside a name in DNS', `mongodb+srv://${SECRET}@db/?tls=false`, undefined],
    ['an unverified certificate', `mongodb://${SECRET}@db/?tls=true&tlsInsecure=true`, undefined],
    ['any certificate', `mongodb://${SECRET}@db/?tls=true&tlsAllowInvalidCertificates=true`, ca],
    ['any name', `mongodb://${SECRET}@db/?tls=true&tlsallowinvalidhostnames=true`, undefined],
  ])('rejects %s without the URI in the message', (_, mongoUri, mongoCa) => {
    const start = () => requireEncryptedStore({ environment: 'production', mongoUri, mongoCa });
    expect(start).toThrow(/^MONGODB_URI .* production rejects/);
    expect(start).not.toThrow(SECRET);
  });

  test('accepts a plain connection in development', () => {
    const start = () =>
      requireEncryptedStore({ environment: 'development', mongoUri: 'mongodb://db', mongoCa: undefined });
    expect(start).not.toThrow();
  });
});
