import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyPair } from '@cups/test-idp/certificates';
import type { KeyPair } from '@cups/test-idp/certificates';
import {
  assertionParts,
  assertionXml,
  encrypted,
  newId,
  packed,
  responseXml,
  signed,
  SUCCESS,
} from '@cups/test-idp/saml';
import type { AssertionParts, ResponseParts } from '@cups/test-idp/saml';
import type { Config } from '../src/config.ts';
import type { Client, World } from './identity.ts';

/** An identity provider of SAML in the hands of a test, which may say anything and sign it in any way. */

export const ORIGIN = 'https://cups.example';
export const ACS = `${ORIGIN}/auth/mpass/callback`;
export const SLO = `${ORIGIN}/auth/mpass/logout`;
export const US = 'urn:cups:test';
export const THEM = 'urn:mpass:test';

/** What a test changes about an answer. */
export interface Answer {
  assertion?: Partial<AssertionParts>;
  response?: Partial<ResponseParts>;
  /** Changes the assertion before it is signed, and after. */
  before?: (xml: string) => string;
  after?: (xml: string) => string;
  /** Changes the response before it is signed, and after. */
  around?: (xml: string) => string;
  outside?: (xml: string) => string;
  sign?: (xml: string) => string;
  encrypt?: (xml: string) => Promise<string> | string;
}

/** Where a browser stands after it has begun. */
export interface Begun {
  attempt: string;
  request: string;
  relay: string;
}

export async function openIdp(world: World) {
  const keys = await makeKeyPair('idp');
  const own = { current: await makeKeyPair('cups'), next: await makeKeyPair('cups-next') };
  const dir = join(world.folder, 'saml');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const write = (name: string, { key, certificate }: KeyPair): void => {
    writeFileSync(join(dir, `${name}.key`), key, { mode: 0o600 });
    writeFileSync(join(dir, `${name}.crt`), certificate);
  };
  write('current', own.current);
  const certificatesFile = join(world.folder, 'idp.crt');
  writeFileSync(certificatesFile, keys.certificate);

  /** Settings for an identity that knows this provider. */
  const settings = (): Partial<Config> => ({
    providers: ['local', 'mpass'],
    signIn: {
      ...world.config().signIn,
      saml: {
        ...world.config().signIn.saml,
        entityId: US,
        idpEntityId: THEM,
        ssoUrl: 'https://idp.example/login/saml',
        sloUrl: 'https://idp.example/logout/saml',
        keysDir: dir,
        certificates: () => readFileSync(certificatesFile, 'utf8'),
      },
    },
  });
  return { keys, own, dir, write, certificatesFile, settings };
}

export type Idp = Awaited<ReturnType<typeof openIdp>>;

/** Begins a sign-in and reads what the browser would carry to the provider. */
export async function beginAt(client: Client, more: { centre?: string; again?: boolean } = {}): Promise<Begun> {
  const { attempt, next } = await client.beginSignIn({ provider: 'mpass', origin: ORIGIN, returnTo: '/', ...more });
  const fields = next?.form?.fields ?? {};
  const xml = Buffer.from(fields['SAMLRequest'] ?? '', 'base64').toString();
  return { attempt, request: /ID="([^"]+)"/.exec(xml)?.[1] ?? '', relay: fields['RelayState'] ?? '' };
}

/** The parameters with which the browser comes back. */
export async function answerOf(idp: Idp, begun: Begun, person: string, answer: Answer = {}) {
  const given = { issuer: THEM, audience: US, recipient: ACS, inResponseTo: begun.request, person };
  const same = (xml: string): string => xml;
  const { before = same, after = same, around = same, outside = same } = answer;
  const { sign = (xml: string) => signed(xml, idp.keys) } = answer;
  const { encrypt = (xml: string) => encrypted(xml, idp.own.current.certificate) } = answer;
  const assertion = before(assertionXml({ ...assertionParts(given, new Date()), ...answer.assertion }));
  const inner = await encrypt(after(sign(assertion)));
  const response = { id: newId(), issuer: THEM, destination: ACS, inResponseTo: begun.request, status: SUCCESS };
  const whole = responseXml({ ...response, issued: new Date(), ...answer.response }, inner);
  return { SAMLResponse: packed(outside(sign(around(whole)))), RelayState: begun.relay };
}
