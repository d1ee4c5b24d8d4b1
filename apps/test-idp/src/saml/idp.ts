import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import express from 'express';
import type { Request, Response, Router } from 'express';
import { SignedXml } from 'xml-crypto';
import type { KeyPair } from '../certificates.ts';
import type { Config } from '../config.ts';
import { choicePage, page, autoSubmitPage } from '../pages.ts';
import type { PersonChoice } from '../pages.ts';
import { readPeople } from '../people.ts';
import {
  assertionParts,
  assertionXml,
  encryptAssertion,
  logoutRequestXml,
  logoutResponseXml,
  AUTHN_CONTEXTS,
  createMessageId,
  encodeMessage,
  responseXml,
  signXml,
  STATUS_SUCCESS,
} from './messages.ts';

/** A SAML 2.0 identity provider: HTTP-POST in both directions, signed messages, encrypted assertions. */

/** A session of the provider. */
interface Session {
  person: string;
  index: string;
  strong: boolean;
  since: Date;
  /** Origin of the platform that sent the request. */
  origin: string;
}

/** A pending sign-in request of the platform. */
interface AuthnRequest {
  id: string;
  acs: string;
  relay: string;
}

const SESSION_COOKIE = 'test-idp';
const AUTHN_FAILED = 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed';

export function samlRoutes(config: Config, keys: KeyPair): Router {
  const idp = new SamlIdp(config, keys);
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '256kb' });
  router.get('/', (req, res) => idp.home(req, res));
  router.post('/login', form, (req, res) => idp.login(req, res));
  router.post('/answer', form, (req, res) => idp.choose(req, res));
  router.post('/logout', form, (req, res) => idp.logout(req, res));
  router.post('/leave', (req, res) => idp.leave(req, res));
  return router;
}

class SamlIdp {
  readonly #config: Config;
  readonly #keys: KeyPair;
  readonly #issuer: string;
  readonly #sessions = new Map<string, Session>();
  readonly #pendingRequests = new Map<string, AuthnRequest>();

  constructor(config: Config, keys: KeyPair) {
    this.#config = config;
    this.#keys = keys;
    this.#issuer = `${config.url}/saml/metadata`;
  }

  home(req: Request, res: Response): void {
    const leave = '<form method="post" action="/saml/leave"><button>Sign out everywhere</button></form>';
    const isKnown = this.#sessions.has(cookieOf(req));
    res.send(page('Test identity provider (SAML)', isKnown ? leave : '<p>Nobody is signed in here.</p>'));
  }

  /** Handles a sign-in request. An existing session answers it immediately, unless ForceAuthn is set. */
  async login(req: Request, res: Response): Promise<void> {
    const { SAMLRequest = '', RelayState: relay = '' } = req.body as Record<string, string>;
    const xml = verifySignature(SAMLRequest, this.#certificate());
    const acs = xml && attributeOf(xml, 'AssertionConsumerServiceURL');
    if (!xml || !acs || !this.#config.origins.includes(new URL(acs).origin)) {
      res.status(400).send(page('Rejected', '<p>The signature or the return URL of the request is invalid.</p>'));
      return;
    }
    const request = { id: attributeOf(xml, 'ID') ?? '', acs, relay };
    const session = this.#sessions.get(cookieOf(req));
    if (session && attributeOf(xml, 'ForceAuthn') !== 'true') return this.#answer(res, request, session);
    const key = createMessageId();
    this.#pendingRequests.set(key, request);
    res.send(choicePage('SAML', `/saml/answer?request=${key}`, readPeople(this.#config.dir)));
  }

  /** Handles the sign-in form. */
  async choose(req: Request, res: Response): Promise<void> {
    const key = String(req.query['request']);
    const request = this.#pendingRequests.get(key);
    this.#pendingRequests.delete(key);
    if (!request) return void res.status(400).send(page('Expired', '<p>This request was already answered.</p>'));
    const { person = '', typed = '', strong, cancel } = req.body as PersonChoice;
    if (cancel) return this.#answer(res, request, undefined);
    const id = randomBytes(16).toString('hex');
    const { origin } = new URL(request.acs);
    const session = {
      person: person || typed,
      index: createMessageId(),
      strong: strong === 'yes',
      since: new Date(),
      origin,
    };
    this.#sessions.set(id, session);
    res.cookie(SESSION_COOKIE, id, { httpOnly: true, sameSite: 'none', secure: true });
    return this.#answer(res, request, session);
  }

  /** Handles a logout request or a logout response of the platform. */
  logout(req: Request, res: Response): void {
    const { SAMLRequest, SAMLResponse, RelayState } = req.body as Record<string, string>;
    const xml = verifySignature(SAMLRequest ?? SAMLResponse ?? '', this.#certificate());
    if (!xml) return void res.status(400).send(page('Rejected', '<p>The signature of the message is invalid.</p>'));
    if (SAMLRequest === undefined) return void res.send(page('Signed out', '<p>Signed out everywhere.</p>'));
    const index = /SessionIndex>([^<]+)</.exec(xml)?.[1];
    const [cookie = '', session] = [...this.#sessions].find(([, candidate]) => candidate.index === index) ?? [];
    this.#sessions.delete(cookie);
    const destination = `${session?.origin ?? this.#config.origins[0]}/auth/mpass/logout`;
    const parts = {
      id: createMessageId(),
      issuer: this.#issuer,
      destination,
      issued: new Date(),
      status: STATUS_SUCCESS,
    };
    const response = logoutResponseXml({ ...parts, inResponseTo: attributeOf(xml, 'ID') ?? '' });
    const fields: Record<string, string> = { SAMLResponse: encodeMessage(signXml(response, this.#keys)) };
    if (RelayState !== undefined) fields['RelayState'] = RelayState;
    res.send(autoSubmitPage(destination, fields));
  }

  /** Signs a person out here and then at the platform. */
  leave(req: Request, res: Response): void {
    const session = this.#sessions.get(cookieOf(req));
    if (!session) return res.redirect(303, '/saml');
    this.#sessions.delete(cookieOf(req));
    const destination = `${session.origin}/auth/mpass/logout`;
    const parts = { id: createMessageId(), issuer: this.#issuer, destination, issued: new Date() };
    const request = logoutRequestXml(parts, { person: session.person, sessionIndex: session.index });
    res.send(autoSubmitPage(destination, { SAMLRequest: encodeMessage(signXml(request, this.#keys)) }));
  }

  #certificate(): string {
    return readFileSync(this.#config.certificateFile, 'utf8');
  }

  /** @param session undefined if the sign-in was cancelled */
  async #answer(res: Response, request: AuthnRequest, session: Session | undefined): Promise<void> {
    const now = new Date();
    const parts = {
      id: createMessageId(),
      issuer: this.#issuer,
      destination: request.acs,
      inResponseTo: request.id,
      issued: now,
    };
    const inner = session ? await this.#assertionFor(request, session, now) : '';
    const response = responseXml({ ...parts, status: session ? STATUS_SUCCESS : AUTHN_FAILED }, inner);
    const fields = { SAMLResponse: encodeMessage(signXml(response, this.#keys)), RelayState: request.relay };
    res.send(autoSubmitPage(request.acs, fields));
  }

  #assertionFor({ id, acs }: AuthnRequest, session: Session, now: Date): Promise<string> {
    const { person, index: sessionIndex, since: authenticated } = session;
    const base = { issuer: this.#issuer, audience: this.#config.entityId, recipient: acs, inResponseTo: id, person };
    const name = readPeople(this.#config.dir).find((candidate) => candidate.person === person)?.name ?? 'Test Person';
    const [first = '', ...rest] = name.split(' ');
    const parts = Object.assign(assertionParts(base, now), {
      sessionIndex,
      authenticated,
      method: session.strong ? AUTHN_CONTEXTS.strong : AUTHN_CONTEXTS.password,
      attributes: { FirstName: [first], LastName: [rest.join(' ')], Language: ['ro'] },
    });
    return encryptAssertion(signXml(assertionXml(parts), this.#keys), this.#certificate());
  }
}

/** Returns the signed content, or undefined for an invalid signature. */
function verifySignature(message: string, certificate: string): string | undefined {
  const xml = Buffer.from(message, 'base64').toString('utf8');
  const signature = /<(?:\w+:)?Signature[\s>][\s\S]*<\/(?:\w+:)?Signature>/.exec(xml)?.[0];
  if (signature === undefined) return undefined;
  const check = new SignedXml({ publicCert: certificate });
  try {
    check.loadSignature(signature);
    return check.checkSignature(xml) ? check.getSignedReferences()[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Returns an attribute of the root element. */
function attributeOf(xml: string, name: string): string | undefined {
  const root = /^[^>]*>/.exec(xml)?.[0] ?? '';
  return new RegExp(`\\s${name}="([^"]*)"`).exec(root)?.[1];
}

function cookieOf({ headers }: Request): string {
  return new RegExp(`(?:^|; )${SESSION_COOKIE}=([0-9a-f]+)`).exec(headers.cookie ?? '')?.[1] ?? '';
}
