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

/** A scripted SAML identity provider, which can send and sign anything. */

export const ORIGIN = 'https://cups.example';
export const ACS = `${ORIGIN}/auth/mpass/callback`;
export const SLO = `${ORIGIN}/auth/mpass/logout`;
export const SP_ENTITY_ID = 'urn:cups:test';
export const IDP_ENTITY_ID = 'urn:mpass:test';

/** What a test changes in a response. */
export interface ResponseOverrides {
  assertion?: Partial<AssertionParts>;
  response?: Partial<ResponseParts>;
  /** Changes the assertion before or after signing. */
  beforeSigning?: (xml: string) => string;
  afterSigning?: (xml: string) => string;
  /** Changes the response before or after signing. */
  beforeResponseSigning?: (xml: string) => string;
  afterResponseSigning?: (xml: string) => string;
  sign?: (xml: string) => string;
  encrypt?: (xml: string) => Promise<string> | string;
}

/** State of a browser that started a sign-in. */
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

  /** Returns settings of an identity service with this provider. */
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

/** Begins a sign-in and reads the request that the browser would post. */
export async function beginSamlSignIn(
  client: Client,
  more: { centre?: string; forceAuthn?: boolean } = {},
): Promise<StartedSignIn> {
  const { attempt, next } = await client.beginSignIn({ provider: 'mpass', origin: ORIGIN, returnTo: '/', ...more });
  const fields = next?.form?.fields ?? {};
  const xml = Buffer.from(fields['SAMLRequest'] ?? '', 'base64').toString();
  return { attempt, requestId: /ID="([^"]+)"/.exec(xml)?.[1] ?? '', relayState: fields['RelayState'] ?? '' };
}

/** Returns the parameters that the browser posts back. */
export async function createSamlResponse(
  idp: SamlIdp,
  begun: StartedSignIn,
  person: string,
  overrides: ResponseOverrides = {},
) {
  const base = {
    issuer: IDP_ENTITY_ID,
    audience: SP_ENTITY_ID,
    recipient: ACS,
    inResponseTo: begun.requestId,
    person,
  };
  const unchanged = (xml: string): string => xml;
  const {
    beforeSigning = unchanged,
    afterSigning = unchanged,
    beforeResponseSigning = unchanged,
    afterResponseSigning = unchanged,
  } = overrides;
  const { sign = (xml: string) => signXml(xml, idp.keys) } = overrides;
  const { encrypt = (xml: string) => encryptAssertion(xml, idp.own.current.certificate) } = overrides;
  const assertion = beforeSigning(assertionXml({ ...assertionParts(base, new Date()), ...overrides.assertion }));
  const inner = await encrypt(afterSigning(sign(assertion)));
  const response = {
    id: createMessageId(),
    issuer: IDP_ENTITY_ID,
    destination: ACS,
    inResponseTo: begun.requestId,
    status: STATUS_SUCCESS,
  };
  const whole = responseXml({ ...response, issued: new Date(), ...overrides.response }, inner);
  return {
    SAMLResponse: encodeMessage(afterResponseSigning(sign(beforeResponseSigning(whole)))),
    RelayState: begun.relayState,
  };
}
