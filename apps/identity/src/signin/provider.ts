import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';

/** The browser's next step: a redirect, or a form to post. */
export type BrowserNavigation = { redirectUrl: string } | { form: { url: string; fields: Record<string, string> } };

/** Fields of the form or query that the browser sends back. */
export type CallbackParameters = Readonly<Record<string, string>>;

/** State that the provider stores until the browser returns. Contains no personal data. */
export type AttemptState = Record<string, string>;

export interface SignInRequest {
  /** Public origin, without a path. */
  origin: string;
  /** ro, ru or en; empty without a choice. */
  language: string;
  /** Whether the provider must authenticate the person again, even with an existing session. */
  forceAuthn: boolean;
}

/** The callback of a sign-in with its stored state. */
export interface SignInCallback extends Pick<SignInRequest, 'origin' | 'forceAuthn'> {
  attemptState: AttemptState;
  beginTime: Date;
  parameters: CallbackParameters;
}

/** The person that a provider authenticated. */
export interface AuthenticatedSubject {
  idnp: string;
  /** Whether the method has a second factor. */
  multiFactor: boolean;
  /** Session at the provider, for sign-out; empty if the provider sends none. */
  sessionIndex: string;
  /** Hash of the subject at the provider, for sign-outs that name only the subject. Never the hash of an IDNP. */
  subject?: string | undefined;
  /** Latest expiry of the session; undefined if the provider sends none. */
  notOnOrAfter?: Date | undefined;
  /** The assertion. It is accepted once and remembered until it expires. */
  assertion: { id: string; until: Date };
  /** Asserted rights, such as `CU-001:specialist`; undefined if only the store decides. */
  rights?: string[] | undefined;
}

/** A sign-out that starts at the provider. */
export interface ProviderLogout {
  /** The person, by IDNP or subject hash; empty if the message names sessions only. */
  principal: { idnp?: string; subject?: string };
  /** Sessions at the provider; empty for all sessions of the person. */
  sessionIndexes: string[];
  message: { id: string; until: Date };
  /** Returns the response that the browser carries; undefined if the provider expects none. */
  respond?: () => BrowserNavigation;
}

/** A provider with pages of its own, reached through the browser. */
export interface BrowserProvider {
  name: string;
  /** Label of the sign-in button. */
  displayName: { ro: string; ru: string; en: string };
  /** @throws Problem IDENTITY_PROVIDER_UNAVAILABLE */
  begin(request: SignInRequest): Promise<{ next: BrowserNavigation; attemptState: AttemptState }>;
  /** @throws SignInRefused; Problem IDENTITY_PROVIDER_UNAVAILABLE */
  complete(callback: SignInCallback): Promise<AuthenticatedSubject>;
  /** Starts the sign-out at the provider; undefined if the provider does not support it. */
  signOut:
    ((session: { person: string; sessionIndex: string; origin: string }) => Promise<BrowserNavigation>) | undefined;
  /**
   * Handles a logout message: returns a sign-out that started at the provider, or undefined for a confirmation.
   * @throws SignInRefused; Problem IDENTITY_PROVIDER_UNAVAILABLE
   */
  handleLogout?: (parameters: CallbackParameters, origin: string) => Promise<ProviderLogout | undefined>;
  /** Returns the service metadata for the provider. */
  metadata?: (origin: string) => { contentType: string; content: string };
}

/** URLs of the public server to which providers send browsers. */
export const buildCallbackUrl = (provider: string, origin: string): string => `${origin}/auth/${provider}/callback`;
export const buildLogoutUrl = (provider: string, origin: string): string => `${origin}/auth/${provider}/logout`;

/** Why a sign-in was rejected, as a label of the metrics. */
export type RefusalCause =
  | 'algorithm'
  | 'attempt'
  | 'audience'
  | 'centre'
  | 'cross-attempt'
  | 'decryption'
  | 'destination'
  | 'expired'
  | 'issuer'
  | 'malformed'
  | 'not-encrypted'
  | 'not-yet-valid'
  | 'provider'
  | 'reauthentication-missing'
  | 'recipient'
  | 'replayed'
  | 'role-missing'
  | 'second-factor'
  | 'signature'
  | 'suspended'
  | 'token'
  | 'unknown-person'
  | 'unsolicited';

/** A rejected sign-in. The client receives the reason; the cause goes to metrics and logs. */
export class SignInRefused extends Problem {
  override readonly cause: RefusalCause;

  constructor(cause: RefusalCause, message: string, reason: Reason = 'SIGN_IN_REFUSED') {
    super({ reason, message });
    this.cause = cause;
  }
}
