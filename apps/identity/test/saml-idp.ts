import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair } from '@cups/test-idp/certificates';
import type { KeyPair } from '@cups/test-idp/certificates';
import {
  assertionParts,
  assertionXml,
  encryptAssertion,
  createMessageId,
  encodeMessage,
  responseXml,
  signXml,
  STATUS_SUCCESS,
} from '@cups/test-idp/saml';
import type { AssertionParts, ResponseParts } from '@cups/test-idp/saml';
import type { Config } from '../src/config.ts';
import type { Client, World } from './identity-world.ts';

/** An identity provider of SAML in the hands of a test, which may say anything and sign it in any way. */

export const ORIGIN = 'https://cups.example';
export const ACS = `${ORIGIN}/auth/mpass/callback`;
export const SLO = `${ORIGIN}/auth/mpass/logout`;
export const SP_ENTITY_ID = 'urn:cups:test';
export const IDP_ENTITY_ID = 'urn:mpass:test';

/** What a test changes about an answer. */
export interface ResponseOverrides {
  assertion?: Partial<AssertionParts>;
  response?: Partial<ResponseParts>;
  /** Changes the assertion before it is signed, and after. */
  beforeSigning?: (xml: string) => string;
  afterSigning?: (xml: string) => string;
  /** Changes the response before it is signed, and after. */
  beforeResponseSigning?: (xml: string) => string;
  afterResponseSigning?: (xml: string) => string;
  sign?: (xml: string) => string;
  encrypt?: (xml: string) => Promise<string> | string;
}

/** Where a browser stands after it has begun. */
export interface StartedSignIn {
  attempt: string;
  requestId: string;
  relayState: string;
}

export async function createSamlIdp(world: World) {
  const keys = await generateKeyPair('idp');
  const own = { current: await generateKeyPair('cups'), next: await generateKeyPair('cups-next') };
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
        entityId: SP_ENTITY_ID,
        idpEntityId: IDP_ENTITY_ID,
        ssoUrl: 'https://idp.example/login/saml',
        sloUrl: 'https://idp.example/logout/saml',
        keysDir: dir,
        certificates: () => readFileSync(certificatesFile, 'utf8'),
      },
    },
  });
  return { keys, own, dir, write, certificatesFile, settings };
}

export type SamlIdp = Awaited<ReturnType<typeof createSamlIdp>>;

/** Begins a sign-in and reads what the browser would carry to the provider. */
export async function beginSamlSignIn(
  client: Client,
  more: { centre?: string; again?: boolean } = {},
): Promise<StartedSignIn> {
  const { attempt, next } = await client.beginSignIn({ provider: 'mpass', origin: ORIGIN, returnTo: '/', ...more });
  const fields = next?.form?.fields ?? {};
  const xml = Buffer.from(fields['SAMLRequest'] ?? '', 'base64').toString();
  return { attempt, requestId: /ID="([^"]+)"/.exec(xml)?.[1] ?? '', relayState: fields['RelayState'] ?? '' };
}

/** The parameters with which the browser comes back. */
export async function createSamlResponse(
  idp: SamlIdp,
  begun: StartedSignIn,
  person: string,
  overrides: ResponseOverrides = {},
) {
  const given = {
    issuer: IDP_ENTITY_ID,
    audience: SP_ENTITY_ID,
    recipient: ACS,
    inResponseTo: begun.requestId,
    person,
  };
  const same = (xml: string): string => xml;
  const {
    beforeSigning: before = same,
    afterSigning: after = same,
    beforeResponseSigning: around = same,
    afterResponseSigning: outside = same,
  } = overrides;
  const { sign = (xml: string) => signXml(xml, idp.keys) } = overrides;
  const { encrypt = (xml: string) => encryptAssertion(xml, idp.own.current.certificate) } = overrides;
  const assertion = before(assertionXml({ ...assertionParts(given, new Date()), ...overrides.assertion }));
  const inner = await encrypt(after(sign(assertion)));
  const response = {
    id: createMessageId(),
    issuer: IDP_ENTITY_ID,
    destination: ACS,
    inResponseTo: begun.requestId,
    status: STATUS_SUCCESS,
  };
  const whole = responseXml({ ...response, issued: new Date(), ...overrides.response }, inner);
  return { SAMLResponse: encodeMessage(outside(sign(around(whole)))), RelayState: begun.relayState };
}
