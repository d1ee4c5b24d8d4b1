import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { deflateRawSync } from 'node:zlib';
import { generateKeyPair } from '@cups/test-idp/certificates';
import {
  assertionParts,
  encryptAssertion,
  logoutRequestXml,
  logoutResponseXml,
  AUTHN_CONTEXTS,
  createMessageId,
  encodeMessage,
  signXml,
  STATUS_SUCCESS,
} from '@cups/test-idp/saml';
import { eventually } from '@cups/testing';
import { syntheticIdnp } from '../src/domain/synthetic-operators.ts';
import { startWorld, problemWith } from './identity-world.ts';
import type { Client, Identity, World } from './identity-world.ts';
import { ACS, createSamlResponse, beginSamlSignIn, createSamlIdp, ORIGIN, SLO, IDP_ENTITY_ID } from './saml-idp.ts';
import type { ResponseOverrides, StartedSignIn, SamlIdp } from './saml-idp.ts';
import { expectRefusal } from './expect-refusal.ts';

let world: World;
let idp: SamlIdp;
let identity: Identity;
let client: Client;
beforeAll(async () => {
  world = await startWorld();
  idp = await createSamlIdp(world);
  identity = await world.start(idp.settings());
  client = world.client(undefined, { of: identity });
});
afterAll(async () => {
  await identity.stop();
  await world.close();
});

const specialist = syntheticIdnp('cu-001-specialist');
const at = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);

const complete = (begun: StartedSignIn, parameters: Record<string, string>) =>
  client.completeSignIn({ provider: 'mpass', origin: ORIGIN, attempt: begun.attempt, parameters });

async function signIn(
  person: string,
  overrides: ResponseOverrides = {},
  more: Parameters<typeof beginSamlSignIn>[1] = {},
) {
  const begun = await beginSamlSignIn(client, more);
  return complete(begun, await createSamlResponse(idp, begun, person, overrides));
}

const expectRefused = (work: () => Promise<unknown>, cause: string, reason?: string): Promise<void> =>
  expectRefusal(identity, work, cause, reason);

describe('a sign-in by SAML', () => {
  test('posts a signed request and returns the session of the person', async () => {
    const { next } = await client.beginSignIn({
      provider: 'mpass',
      origin: ORIGIN,
      returnTo: '/find',
      forceAuthn: true,
    });
    const request = Buffer.from(next?.form?.fields['SAMLRequest'] ?? '', 'base64').toString();
    expect(next?.form?.url).toBe('https://idp.example/login/saml');
    expect(request).toContain('SignatureValue>');
    expect(request).toMatch(/ForceAuthn="true"/);
    expect(request).toContain(`AssertionConsumerServiceURL="${ACS}"`);

    const { session, assertion, returnTo } = await signIn(specialist);
    expect(session?.operator).toMatchObject({ name: 'operators/cu-001-specialist', centre: 'centres/CU-001' });
    expect(returnTo).toBe('/');
    expect((await world.client(assertion, { of: identity }).getSession({})).session?.id).toBe(session?.id);
  });

  test('limits the session to the expiry of the provider', async () => {
    const { session } = await signIn(specialist, { assertion: { sessionUntil: at(30) } });
    const seconds = Number(session?.expireTime?.seconds) - Number(session?.createTime?.seconds);
    expect(seconds).toBeGreaterThan(29 * 60);
    expect(seconds).toBeLessThan(31 * 60);
  });

  test('accepts small clock skew and a key change of the provider', async () => {
    await signIn(specialist, { assertion: { notBefore: at(0.5), authenticated: at(0.5) } });
    await signIn(specialist, { assertion: { notOnOrAfter: at(-0.5) } });

    const key = await generateKeyPair('idp-next');
    const other: ResponseOverrides = { sign: (xml) => signXml(xml, key) };
    await expectRefused(() => signIn(specialist, other), 'signature');
    writeFileSync(idp.certificatesFile, idp.keys.certificate + key.certificate);
    await signIn(specialist, other);
    await signIn(specialist);
  });

  test.each([
    ['ahead', 10, 'not-yet-valid'],
    ['behind', -10, 'expired'],
  ])('rejects a provider whose clock is %s, and exports the offset', async (_, minutes, cause) => {
    const shifted = assertionParts(
      { issuer: '', audience: '', recipient: '', inResponseTo: '', person: '' },
      at(minutes),
    );
    const { issued, notBefore, notOnOrAfter, authenticated } = shifted;
    await expectRefused(
      () => signIn(specialist, { assertion: { issued, notBefore, notOnOrAfter, authenticated } }),
      cause,
    );
    const metrics = await (await fetch(`http://127.0.0.1:${identity.httpPort}/metrics`)).text();
    const ahead = /^cups_identity_provider_clock_ahead_seconds\{[^}]*\} (.*)$/m.exec(metrics)?.[1];
    expect(Math.round(Number(ahead) / 60)).toBe(minutes);
  });

  test('publishes the next own key, which then decrypts', async () => {
    const forNext: ResponseOverrides = { encrypt: (xml) => encryptAssertion(xml, idp.own.next.certificate) };
    await expectRefused(() => signIn(specialist, forNext), 'decryption');
    idp.write('next', idp.own.next);
    const body = idp.own.next.certificate.replaceAll(/-----[^-]+-----|\s/g, '');
    const metadata = await eventually(async () => {
      const { content } = await client.getProviderMetadata({ provider: 'mpass', origin: ORIGIN });
      return content.includes(body) ? content : undefined;
    });
    expect(metadata).toContain(`Location="${ACS}"`);
    expect(metadata).toContain(`Location="${SLO}"`);
    await signIn(specialist, forNext);
    await signIn(specialist);
  });

  test('requires a second factor for platform roles', async () => {
    const supervisor = syntheticIdnp('supervisor');
    await expectRefused(() => signIn(supervisor), 'second-factor', 'SECOND_FACTOR_REQUIRED');
    const { session } = await signIn(supervisor, { assertion: { method: AUTHN_CONTEXTS.strong } });
    expect(session?.operator?.roles).toEqual(['ROLE_SUPERVISOR']);
  });

  test('requires a matching asserted right if rights come from attributes', async () => {
    const settings = idp.settings();
    Object.assign(settings.signIn!.saml, { roles: 'attributes' });
    const withAttributes = await world.start(settings);
    const attributeClient = world.client(undefined, { of: withAttributes });
    const signInWith = async (attributes: Record<string, string[]>) => {
      const begun = await beginSamlSignIn(attributeClient);
      const parameters = await createSamlResponse(idp, begun, specialist, { assertion: { attributes } });
      const { attempt } = begun;
      return attributeClient.completeSignIn({ provider: 'mpass', origin: ORIGIN, attempt, parameters });
    };
    try {
      for (const name of ['OperatorCUPS', 'Specialist CUPS']) {
        expect((await signInWith({ [name]: ['CU-001:specialist'] })).session?.centre).toBe('centres/CU-001');
      }
      for (const value of ['CU-002:specialist', 'CU-001:centre-manager', 'specialist']) {
        await expect(signInWith({ OperatorCUPS: [value] })).rejects.toEqual(problemWith('OPERATOR_UNKNOWN'));
      }
      await expect(signInWith({})).rejects.toEqual(problemWith('OPERATOR_UNKNOWN'));
    } finally {
      await withAttributes.stop();
    }
  });

  test('rejects a person without an invitation, and a centre of others', async () => {
    await expectRefused(() => signIn('2900000000000'), 'unknown-person', 'OPERATOR_UNKNOWN');
    await expectRefused(() => signIn(specialist, {}, { centre: 'centres/CU-002' }), 'centre', 'PERMISSION_DENIED');
  });
});

const FORGED_IDNP = '2900999999990';
const idOf = (xml: string): string => /ID="([^"]+)"/.exec(xml)?.[1] ?? '';
const SIGNATURE = /<ds:Signature[\s\S]*<\/ds:Signature>/;
/** Returns the assertion for another person, with another ID and without a signature. */
const forged = (xml: string): string =>
  xml.replace(SIGNATURE, '').replaceAll(idOf(xml), '_evil').replace(specialist, FORGED_IDNP);
const withoutSignature = (xml: string): string => xml.replace(SIGNATURE, '');
const signatureOf = (xml: string): string => SIGNATURE.exec(xml)?.[0] ?? '';
const insertBefore = (outer: string, inner: string, before: string): string => outer.replace(before, inner + before);
const ASSERTION_END = '</saml:Assertion>';

/** The eight kinds of signature wrapping (Somorovsky et al., 2012), applied to the assertion before encryption. */
const WRAPPING_ATTACKS: Record<string, (xml: string) => string> = {
  'XSW1: signed assertion inside the signature of the forged one': (xml) =>
    insertBefore(
      forged(xml),
      signatureOf(xml).replace('</ds:Signature>', `<ds:Object>${withoutSignature(xml)}</ds:Object></ds:Signature>`),
      '<saml:Subject>',
    ),
  'XSW2: signature beside the signed assertion, in a forged one': (xml) =>
    insertBefore(forged(xml), signatureOf(xml) + withoutSignature(xml), '<saml:Subject>'),
  'XSW3: forged assertion before the signed one': (xml) => forged(xml) + xml,
  'XSW4: signed assertion as last child of the forged one': (xml) => insertBefore(forged(xml), xml, ASSERTION_END),
  'XSW5: forged assertion with the signature, signed one after it': (xml) =>
    insertBefore(forged(xml), signatureOf(xml), '<saml:Subject>') + withoutSignature(xml),
  'XSW6: forged assertion with the signature that contains the signed one': (xml) =>
    insertBefore(
      forged(xml),
      signatureOf(xml).replace('</ds:KeyInfo>', `</ds:KeyInfo><ds:Object>${withoutSignature(xml)}</ds:Object>`),
      '<saml:Subject>',
    ),
  'XSW7: forged assertion in an extension before the signed one': (xml) =>
    `<samlp:Extensions>${forged(xml)}</samlp:Extensions>${xml}`,
  'XSW8: signed assertion in an object of the forged one, same ID': (xml) =>
    insertBefore(
      forged(xml).replaceAll('_evil', idOf(xml)),
      signatureOf(xml).replace('</ds:Signature>', `<ds:Object>${withoutSignature(xml)}</ds:Object></ds:Signature>`),
      '<saml:Subject>',
    ),
};

describe('signature wrapping', () => {
  test.each(Object.keys(WRAPPING_ATTACKS))('is rejected in an encrypted assertion: %s', async (kind) => {
    await expectRefused(() => signIn(specialist, { afterSigning: WRAPPING_ATTACKS[kind]! }), 'signature');
  });

  test.each(Object.keys(WRAPPING_ATTACKS))('is rejected in a response: %s', async (kind) => {
    // The same attacks on the response, which also has one signature after the issuer.
    const wrap = (xml: string): string => {
      const evil = xml.replace(SIGNATURE, '').replaceAll(idOf(xml), '_evil');
      const end = '</samlp:Response>';
      const object = (inner: string) =>
        signatureOf(xml).replace('</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`);
      const status = '<samlp:Status>';
      const wrapped: Record<string, string> = {
        XSW1: insertBefore(evil, object(withoutSignature(xml)), status),
        XSW2: insertBefore(evil, signatureOf(xml) + withoutSignature(xml), status),
        XSW3: insertBefore(evil, xml, status),
        XSW4: insertBefore(evil, xml, end),
        XSW5: insertBefore(evil, signatureOf(xml), status).replace(end, withoutSignature(xml) + end),
        XSW6: insertBefore(evil, object(xml), status),
        XSW7: insertBefore(evil, `<samlp:Extensions>${xml}</samlp:Extensions>`, status),
        XSW8: insertBefore(evil.replaceAll('_evil', idOf(xml)), object(withoutSignature(xml)), status),
      };
      return wrapped[kind.slice(0, 4)]!;
    };
    await expectRefused(() => signIn(specialist, { afterResponseSigning: wrap }), 'signature');
  });
});

/** As MPass documents it: only the response is signed. */
const PLAIN: ResponseOverrides = {
  sign: (xml) => (xml.startsWith('<saml:Assertion') ? xml : signXml(xml, idp.keys)),
  encrypt: (xml) => xml,
};
const RESPONSE_END = '</samlp:Response>';

/** Attacks on a response whose signature alone covers its assertion. */
const PLAIN_ATTACKS: [string, string, (xml: string) => string][] = [
  ['a response without a signature', 'signature', withoutSignature],
  ['an altered assertion', 'signature', (xml) => xml.replace(specialist, FORGED_IDNP)],
  [
    'a second assertion after the signed one',
    'malformed',
    (xml) => xml.replace(RESPONSE_END, forgedIn(xml) + RESPONSE_END),
  ],
  [
    'a second assertion before the signed one',
    'malformed',
    (xml) => xml.replace(assertionIn(xml), forgedIn(xml) + assertionIn(xml)),
  ],
  [
    'the signed assertion in an extension, another one in its place',
    'signature',
    (xml) => xml.replace(assertionIn(xml), `<samlp:Extensions>${assertionIn(xml)}</samlp:Extensions>${forgedIn(xml)}`),
  ],
  [
    'an assertion in the signature, which does not cover itself',
    'malformed',
    (xml) =>
      xml
        .replace(assertionIn(xml), '')
        .replace('</ds:Signature>', `<ds:Object>${forgedIn(xml)}</ds:Object></ds:Signature>`),
  ],
  [
    'another assertion, with the signed one in the signature',
    'signature',
    (xml) =>
      xml
        .replace(assertionIn(xml), forgedIn(xml))
        .replace('</ds:Signature>', `<ds:Object>${assertionIn(xml)}</ds:Object></ds:Signature>`),
  ],
  [
    'a second assertion of another namespace',
    'signature',
    (xml) => xml.replace(RESPONSE_END, `<Assertion xmlns="urn:x"/>${RESPONSE_END}`),
  ],
  [
    'an assertion that is signed alone',
    'signature',
    (xml) => withoutSignature(xml).replace(assertionIn(xml), signXml(assertionIn(xml), idp.keys)),
  ],
  [
    'the signed response inside another one',
    'signature',
    (xml) =>
      xml
        .replace(SIGNATURE, '')
        .replaceAll(idOf(xml), '_evil')
        .replace(assertionIn(xml), forgedIn(xml))
        .replace(
          '<samlp:Status>',
          `${signatureOf(xml)}<samlp:Extensions>${withoutSignature(xml)}</samlp:Extensions><samlp:Status>`,
        ),
  ],
];
const assertionIn = (xml: string): string => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? '';
const forgedIn = (xml: string): string => forged(assertionIn(xml));

describe('a plain assertion', () => {
  test('counts inside a signed response, as MPass documents it, also if it is signed too', async () => {
    const { session } = await signIn(specialist, PLAIN);
    expect(session?.operator?.name).toBe('operators/cu-001-specialist');
    await signIn(specialist, { encrypt: (xml) => xml });
  });

  test('needs no method, which is then none with a second factor', async () => {
    const beforeSigning = (xml: string) =>
      xml.replace(/<saml:AuthnContextClassRef>.*<\/saml:AuthnContextClassRef>/, '');
    await signIn(specialist, { ...PLAIN, beforeSigning });
    const supervisor = syntheticIdnp('supervisor');
    await expectRefused(
      () => signIn(supervisor, { ...PLAIN, beforeSigning }),
      'second-factor',
      'SECOND_FACTOR_REQUIRED',
    );
  });

  test('may name our addresses in another case, as the library of AGE accepts it', async () => {
    const upper = ACS.toUpperCase();
    await signIn(specialist, { ...PLAIN, assertion: { recipient: upper }, response: { destination: upper } });
  });

  test.each(PLAIN_ATTACKS)('is rejected: %s', async (_kind, cause, afterResponseSigning) => {
    await expectRefused(() => signIn(specialist, { ...PLAIN, afterResponseSigning }), cause);
  });

  test('whose own signature is wrong is rejected, although the response is signed', async () => {
    const afterSigning = (xml: string) => xml.replace(specialist, FORGED_IDNP);
    await expectRefused(() => signIn(specialist, { encrypt: (xml) => xml, afterSigning }), 'signature');
  });

  test.each(Object.keys(WRAPPING_ATTACKS))('with a signature of its own is not wrapped: %s', async (kind) => {
    const begun = await beginSamlSignIn(client);
    const wrap = WRAPPING_ATTACKS[kind]!;
    // The attacker cannot sign the response: it is wrapped after its signature.
    const afterResponseSigning = (xml: string) => xml.replace(assertionIn(xml), wrap(assertionIn(xml)));
    const parameters = await createSamlResponse(idp, begun, specialist, {
      encrypt: (xml) => xml,
      afterResponseSigning,
    });
    await expect(complete(begun, parameters)).rejects.toEqual(problemWith('SIGN_IN_REFUSED'));
  });

  test('is rejected where the platform requires encryption', async () => {
    const settings = idp.settings();
    Object.assign(settings.signIn!.saml, { assertions: 'encrypted' });
    const strict = await world.start(settings);
    const there = world.client(undefined, { of: strict });
    const signInThere = async (overrides: ResponseOverrides) => {
      const begun = await beginSamlSignIn(there);
      const parameters = await createSamlResponse(idp, begun, specialist, overrides);
      return there.completeSignIn({ provider: 'mpass', origin: ORIGIN, attempt: begun.attempt, parameters });
    };
    try {
      await signInThere({});
      for (const overrides of [PLAIN, { encrypt: (xml: string) => xml }])
        await expectRefusal(strict, () => signInThere(overrides), 'not-encrypted');
    } finally {
      await strict.stop();
    }
  });
});

const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const HMAC = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';
const signWith = (options: Parameters<typeof signXml>[2]) => (xml: string) => signXml(xml, idp.keys, options);
const foreignKeyPair = generateKeyPair('stranger');
const VERSION = ' Version="2.0"';
/** Markup around an assertion, which its signature does not cover. */
const HIDDEN_MARKUP: [string, string][] = [
  ['a document type', '<!DOCTYPE Assertion>'],
  ['a document type with entities that nothing uses', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
  ['a comment', '<!-- x -->'],
  ['a processing instruction', '<?cups x?>'],
];
/** Returns a function that expires one element of the assertion. */
const expired = (element: string) => (xml: string) =>
  xml.replace(new RegExp(`(<saml:${element}[^>]* NotOnOrAfter=")[^"]*`), `$1${at(-2).toISOString()}`);

describe('an invalid message is rejected and counted by cause:', () => {
  test.each<[string, string, () => ResponseOverrides | Promise<ResponseOverrides>]>([
    [
      'signed by another key, with its certificate',
      'signature',
      async () => {
        const key = await foreignKeyPair;
        return { sign: (xml) => signXml(xml, key) };
      },
    ],
    ['an unsigned assertion', 'signature', () => ({ afterSigning: withoutSignature })],
    ['a tampered assertion', 'signature', () => ({ afterSigning: (xml) => xml.replace(specialist, FORGED_IDNP) })],
    [
      'a tampered response',
      'signature',
      () => ({ afterResponseSigning: (xml) => xml.replace('IssueInstant="2', 'IssueInstant="1') }),
    ],
    ['a signature with SHA-1', 'algorithm', () => ({ sign: signWith({ signatureAlgorithm: RSA_SHA1 }) })],
    ['a digest with SHA-1', 'algorithm', () => ({ sign: signWith({ digestAlgorithm: SHA1 }) })],
    [
      'a signature with the certificate as secret (HMAC)',
      'algorithm',
      () => ({
        sign: (xml) =>
          signXml(xml, { key: idp.keys.certificate, certificate: idp.keys.certificate }, { signatureAlgorithm: HMAC }),
      }),
    ],
    [
      'an empty algorithm',
      'algorithm',
      () => ({
        afterResponseSigning: (xml) => xml.replace(/SignatureMethod Algorithm="[^"]*"/, 'SignatureMethod Algorithm=""'),
      }),
    ],
    [
      'unauthenticated encryption (CBC)',
      'algorithm',
      () => ({
        encrypt: (xml) =>
          encryptAssertion(xml, idp.own.current.certificate, 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'),
      }),
    ],
    [
      'an assertion for another key',
      'decryption',
      async () => {
        const { certificate } = await foreignKeyPair;
        return { encrypt: (xml) => encryptAssertion(xml, certificate) };
      },
    ],
    [
      'two assertions',
      'malformed',
      () => ({
        encrypt: async (xml) =>
          (await encryptAssertion(xml, idp.own.current.certificate)).repeat(2).replace(/ Id="[^"]*"/g, ''),
      }),
    ],
    ['another audience', 'audience', () => ({ assertion: { audience: 'urn:somebody:else' } })],
    [
      'two audiences',
      'malformed',
      () => ({
        beforeSigning: (xml) =>
          xml.replace('</saml:Audience>', '</saml:Audience><saml:Audience>urn:else</saml:Audience>'),
      }),
    ],
    [
      'another recipient',
      'recipient',
      () => ({ assertion: { recipient: 'https://else.example/auth/mpass/callback' } }),
    ],
    ['another destination', 'destination', () => ({ response: { destination: 'https://else.example/' } })],
    ['another issuer of the response', 'issuer', () => ({ response: { issuer: 'urn:else' } })],
    ['another issuer of the assertion', 'issuer', () => ({ assertion: { issuer: 'urn:else' } })],
    ['an expired assertion', 'expired', () => ({ assertion: { notOnOrAfter: at(-2) } })],
    ['an expired session of the provider', 'expired', () => ({ assertion: { sessionUntil: at(-2) } })],
    ['an assertion that is not valid yet', 'not-yet-valid', () => ({ assertion: { notBefore: at(2) } })],
    [
      'an assertion without an expiry',
      'malformed',
      () => ({ beforeSigning: (xml) => xml.replaceAll(/ NotOnOrAfter="[^"]*"/g, '') }),
    ],
    ['expired conditions', 'expired', () => ({ beforeSigning: expired('Conditions') })],
    ['an expired confirmation', 'expired', () => ({ beforeSigning: expired('SubjectConfirmationData') })],
    ['a future AuthnInstant', 'not-yet-valid', () => ({ assertion: { authenticated: at(2) } })],
    [
      'a confirmation method other than bearer',
      'malformed',
      () => ({ beforeSigning: (xml) => xml.replace('cm:bearer', 'cm:sender-vouches') }),
    ],
    [
      'no audience',
      'malformed',
      () => ({ beforeSigning: (xml) => xml.replace(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/s, '') }),
    ],
    [
      'a message of SAML 1.1',
      'malformed',
      () => ({ beforeResponseSigning: (xml) => xml.replace('Version="2.0"', 'Version="1.1"') }),
    ],
    [
      'an assertion of SAML 1.1',
      'malformed',
      () => ({ beforeSigning: (xml) => xml.replace(VERSION, ' Version="1.1"') }),
    ],
    ['an assertion without a version', 'malformed', () => ({ beforeSigning: (xml) => xml.replace(VERSION, '') })],
    [
      'SHA-1 in the signature of the assertion only',
      'algorithm',
      () => ({
        sign: (xml) =>
          signXml(xml, idp.keys, xml.startsWith('<saml:Assertion') ? { signatureAlgorithm: RSA_SHA1 } : {}),
      }),
    ],
    ...HIDDEN_MARKUP.map(([what, markup]): [string, string, () => ResponseOverrides] => [
      `${what} inside the encrypted part`,
      'malformed',
      () => ({ afterSigning: (xml) => markup + xml }),
    ]),
    ['an unsigned response with a signed assertion', 'signature', () => ({ afterResponseSigning: withoutSignature })],
    ['a response without InResponseTo', 'unsolicited', () => ({ response: { inResponseTo: '' } })],
    [
      'a response to the request of another attempt',
      'unsolicited',
      async () => ({
        response: { inResponseTo: (await beginSamlSignIn(client)).requestId },
      }),
    ],
    [
      'an assertion for the request of another attempt',
      'unsolicited',
      async () => ({
        assertion: { inResponseTo: (await beginSamlSignIn(client)).requestId },
      }),
    ],
    [
      'a comment in the NameID',
      'malformed',
      () => ({ beforeSigning: (xml) => xml.replace(specialist, `${specialist}<!-- x -->0`) }),
    ],
    [
      'a comment in the response',
      'malformed',
      () => ({ afterResponseSigning: (xml) => xml.replace('<samlp:Status>', '<!-- x --><samlp:Status>') }),
    ],
    [
      'an external entity',
      'malformed',
      () => ({
        afterResponseSigning: (xml) =>
          `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace(IDP_ENTITY_ID, '&x;')}`,
      }),
    ],
    [
      'an external entity, encrypted',
      'signature',
      () => ({
        afterSigning: (xml) =>
          `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace(specialist, '&x;')}`,
      }),
    ],
    [
      'expanding entities',
      'malformed',
      () => ({
        afterResponseSigning: (xml) =>
          `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${xml.replace(IDP_ENTITY_ID, '&b;')}`,
      }),
    ],
    [
      'a thousand nested elements',
      'malformed',
      () => ({
        afterResponseSigning: (xml) =>
          xml.replace('</samlp:Response>', `${'<x>'.repeat(1000)}${'</x>'.repeat(1000)}</samlp:Response>`),
      }),
    ],
    [
      'a NameID that is not an IDNP',
      'malformed',
      () => ({ beforeSigning: (xml) => xml.replace(specialist, 'somebody') }),
    ],
    [
      'a failed authentication at the provider',
      'provider',
      () => ({
        response: { status: 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed' },
      }),
    ],
  ])('%s', async (_, cause, createOverrides) => {
    const overrides = await createOverrides();
    await expectRefused(() => signIn(specialist, overrides), cause);
  });

  test('a missing reauthentication', async () => {
    const early: ResponseOverrides = { assertion: { authenticated: at(-10) } };
    await expectRefused(() => signIn(specialist, early, { forceAuthn: true }), 'reauthentication-missing');
    await signIn(specialist, early);
  });

  test('the RelayState of another attempt', async () => {
    const [first, second] = [await beginSamlSignIn(client), await beginSamlSignIn(client)];
    const parameters = await createSamlResponse(idp, first, specialist);
    await expectRefused(() => complete(first, { ...parameters, RelayState: second.relayState }), 'cross-attempt');
  });

  test('a used attempt, an unknown one, and a missing cookie', async () => {
    const begun = await beginSamlSignIn(client);
    const parameters = await createSamlResponse(idp, begun, specialist);
    await complete(begun, parameters);
    for (const attempt of [begun.attempt, 'somebody-elses', '']) {
      await expectRefused(() => complete({ ...begun, attempt }, parameters), 'attempt', 'SIGN_IN_EXPIRED');
    }
  });

  test('an expired attempt', async () => {
    const begun = await beginSamlSignIn(client);
    const parameters = await createSamlResponse(idp, begun, specialist);
    await world.withClock(async (setClock) => {
      setClock(at(11));
      await expectRefused(() => complete(begun, parameters), 'attempt', 'SIGN_IN_EXPIRED');
    });
  });

  test('one of two concurrent uses of an attempt', async () => {
    const begun = await beginSamlSignIn(client);
    const parameters = await createSamlResponse(idp, begun, specialist);
    const both = await Promise.allSettled([complete(begun, parameters), complete(begun, parameters)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('an assertion that was used in another attempt', async () => {
    const id = createMessageId();
    await signIn(specialist, { assertion: { id } });
    await expectRefused(() => signIn(specialist, { assertion: { id } }), 'replayed');
  });

  test('malformed and oversized messages', async () => {
    const bomb = deflateRawSync(Buffer.alloc(10_000_000)).toString('base64');
    for (const SAMLResponse of [
      '',
      'not base64!',
      encodeMessage('<a'),
      encodeMessage('<a/>'),
      'A'.repeat(204_000),
      bomb,
    ]) {
      const begun = await beginSamlSignIn(client);
      await expectRefused(() => complete(begun, { SAMLResponse, RelayState: begun.relayState }), 'malformed');
    }
  });
});

describe('single logout', () => {
  const continueSignOut = (parameters: Record<string, string>) =>
    client.continueSignOut({ provider: 'mpass', origin: ORIGIN, parameters });
  const requestOf = (person: string, sessionIndex: string, more: object = {}) =>
    logoutRequestXml(
      { id: createMessageId(), issuer: IDP_ENTITY_ID, destination: SLO, issued: new Date(), ...more },
      { person, sessionIndex },
    );

  const createResponse = () =>
    logoutResponseXml({
      id: createMessageId(),
      issuer: IDP_ENTITY_ID,
      destination: SLO,
      inResponseTo: '_x',
      status: STATUS_SUCCESS,
      issued: new Date(),
    });

  test('that starts here reaches the provider with its session, once', async () => {
    const sessionIndex = createMessageId();
    const { assertion } = await signIn(specialist, { assertion: { sessionIndex } });
    const own = world.client(assertion, { of: identity });
    const { provider, attempt } = await own.beginSignOut({});
    await own.deleteSession({});
    expect(provider).toBe('mpass');
    const { next } = await client.continueSignOut({ provider: 'mpass', origin: ORIGIN, attempt });
    const request = Buffer.from(next?.form?.fields['SAMLRequest'] ?? '', 'base64').toString();
    expect(next?.form?.url).toBe('https://idp.example/logout/saml');
    expect(request).toContain(`<saml:NameID>${specialist}</saml:NameID>`);
    expect(request).toContain(`<samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex>`);
    expect(request).toContain('SignatureValue');
    await expect(client.continueSignOut({ provider: 'mpass', origin: ORIGIN, attempt })).rejects.toEqual(
      problemWith('SIGN_IN_EXPIRED'),
    );
    expect(await continueSignOut({ SAMLResponse: encodeMessage(signXml(createResponse(), idp.keys)) })).toMatchObject({
      endedSessions: [],
      next: null,
    });
  });

  test('that starts at the provider ends the named session only', async () => {
    const sessionIndex = createMessageId();
    const named = await signIn(specialist, { assertion: { sessionIndex } });
    const other = await signIn(specialist);
    const done = await continueSignOut({
      SAMLRequest: encodeMessage(signXml(requestOf(specialist, sessionIndex), idp.keys)),
      RelayState: 'r',
    });
    expect(done.endedSessions).toEqual([named.session?.id]);
    expect(done.next?.form?.fields).toMatchObject({ RelayState: 'r', SAMLResponse: expect.any(String) });
    const sessionOf = (assertion: string) => world.client(assertion, { of: identity }).getSession({});
    await expect(sessionOf(named.assertion)).rejects.toEqual(problemWith('SESSION_EXPIRED'));
    await expect(sessionOf(other.assertion)).resolves.toBeDefined();
  });

  test.each<[string, string, (xml: string, index: string) => string]>([
    ['is not signed', 'signature', (xml) => xml],
    ['is tampered with', 'signature', (xml, index) => signXml(xml, idp.keys).replace(index, `${index}x`)],
    ['is signed with SHA-1', 'algorithm', (xml) => signXml(xml, idp.keys, { signatureAlgorithm: RSA_SHA1 })],
    ['has another destination', 'destination', (xml) => signXml(xml.replace(SLO, 'https://else.example/'), idp.keys)],
    ['is of another provider', 'issuer', (xml) => signXml(xml.replace(IDP_ENTITY_ID, 'urn:else'), idp.keys)],
    [
      'is old',
      'expired',
      (xml) => signXml(xml.replace(/IssueInstant="[^"]*"/, 'IssueInstant="2020-01-01T00:00:00Z"'), idp.keys),
    ],
    [
      'is from the future',
      'not-yet-valid',
      (xml) => signXml(xml.replace(/IssueInstant="[^"]*"/, 'IssueInstant="2099-01-01T00:00:00Z"'), idp.keys),
    ],
    ['has no IssueInstant', 'malformed', (xml) => signXml(xml.replace(/ IssueInstant="[^"]*"/, ''), idp.keys)],
    ['is of SAML 1.1', 'malformed', (xml) => signXml(xml.replace(VERSION, ' Version="1.1"'), idp.keys)],
    ['has no version', 'malformed', (xml) => signXml(xml.replace(VERSION, ''), idp.keys)],
    ['has a document type', 'malformed', (xml) => `<!DOCTYPE LogoutRequest>${signXml(xml, idp.keys)}`],
  ])('ends nothing if the request %s', async (_, cause, write) => {
    const sessionIndex = createMessageId();
    const { assertion } = await signIn(specialist, { assertion: { sessionIndex } });
    const message = encodeMessage(write(requestOf(specialist, sessionIndex), sessionIndex));
    await expectRefused(() => continueSignOut({ SAMLRequest: message }), cause);
    await expect(world.client(assertion, { of: identity }).getSession({})).resolves.toBeDefined();
  });

  test.each([
    ['is of SAML 1.1', (xml: string) => xml.replace(VERSION, ' Version="1.1"')],
    ['has no version', (xml: string) => xml.replace(VERSION, '')],
  ])('rejects a response that %s', async (_, change) => {
    const response = encodeMessage(signXml(change(createResponse()), idp.keys));
    await expectRefused(() => continueSignOut({ SAMLResponse: response }), 'malformed');
  });

  test('ends nothing for a replayed request', async () => {
    const sessionIndex = createMessageId();
    const message = encodeMessage(signXml(requestOf(specialist, sessionIndex), idp.keys));
    await continueSignOut({ SAMLRequest: message });
    await expectRefused(() => continueSignOut({ SAMLRequest: message }), 'replayed');
  });

  test('rejects the attempt of a sign-in', async () => {
    const { attempt } = await beginSamlSignIn(client);
    const signOut = () => client.continueSignOut({ provider: 'mpass', origin: ORIGIN, attempt });
    await expectRefused(signOut, 'attempt', 'SIGN_IN_EXPIRED');
  });
});

/** Provides the store over TLS, as production requires. */
async function storeOverTls() {
  const { hostname, port } = new URL(world.where.mongoUri);
  const { key, certificate } = await generateKeyPair('localhost');
  const server = createServer({ key, cert: certificate }, (outer) => {
    const inner = connect(Number(port), hostname);
    for (const socket of [inner, outer]) socket.on('error', () => (inner.destroy(), outer.destroy()));
    outer.pipe(inner).pipe(outer);
  });
  await once(server.listen(0, 'localhost'), 'listening');
  const mongoUri = `mongodb://localhost:${(server.address() as AddressInfo).port}/`;
  return { settings: { mongoUri, mongoCa: () => certificate }, close: () => server.close() };
}

test('production runs with SAML only and rejects synthetic operators', async () => {
  const store = await storeOverTls();
  const production = { ...store.settings, providers: ['mpass'], environment: 'production' as const };
  const alone = await world.start({ ...idp.settings(), ...production });
  const there = world.client(undefined, { of: alone });
  try {
    const { providers } = await there.listSignInProviders({});
    expect(providers).toEqual([expect.objectContaining({ name: 'mpass', startPath: '/auth/mpass/start' })]);
    const begun = await beginSamlSignIn(there);
    const parameters = await createSamlResponse(idp, begun, specialist, PLAIN);
    const done = there.completeSignIn({ provider: 'mpass', origin: ORIGIN, attempt: begun.attempt, parameters });
    await expect(done).rejects.toEqual(problemWith('OPERATOR_UNKNOWN'));
  } finally {
    await alone.stop();
    store.close();
  }
});
