import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';

/** Where a browser goes next: to an address, or with a form that it posts. */
export type BrowserNavigation = { redirectUrl: string } | { form: { url: string; fields: Record<string, string> } };

/** What a browser brought: the fields of a form, or of a query. */
export type CallbackParameters = Readonly<Record<string, string>>;

/** What a provider needs to know again when the browser comes back; nothing of a person. */
export type AttemptState = Record<string, string>;

/** How a sign-in is asked for. */
export interface SignInRequest {
  /** The origin that the browser sees, without a path. */
  origin: string;
  /** ro, ru or en; empty where nobody chose. */
  language: string;
  /** Whether the provider must ask for the person again, whoever is signed in there. */
  again: boolean;
}

/** What is left of the question when its answer comes. */
export interface SignInCallback extends Pick<SignInRequest, 'origin' | 'again'> {
  kept: AttemptState;
  beginTime: Date;
  parameters: CallbackParameters;
}

/** What a provider says of who stands before it, proved. */
export interface AuthenticatedSubject {
  /** IDNP. */
  idnp: string;
  /** Whether the method has a second factor. */
  multiFactor: boolean;
  /** The session at the provider, by which it signs out; empty where it names none. */
  sessionIndex: string;
  /** Who that is at the provider, where a sign-out may name nothing else; no personal number can be read from it. */
  subject?: string | undefined;
  /** Not longer than that the session lasts; undefined where the provider does not say. */
  notOnOrAfter?: Date | undefined;
  /** The statement itself: it counts once, and until then it is remembered. */
  assertion: { id: string; until: Date };
  /** Rights that it names, such as `CU-001:specialist`; undefined where the provider is not asked about rights. */
  rights?: string[] | undefined;
}

/** Sessions that a provider ends, and where the browser goes with our answer. */
export interface ProviderLogout {
  /** Whose: an IDNP, or who that is at the provider; sessions named by an index alone are nobody's in particular. */
  principal: { idnp?: string; subject?: string };
  /** Sessions at the provider; empty means all of that person. */
  sessionIndexes: string[];
  message: { id: string; until: Date };
  /** Our answer by the browser, when all of that is done; undefined where the provider itself waits for none. */
  respond?: () => BrowserNavigation;
}

/** A provider with pages of its own, to which a browser goes and from which it comes back. */
export interface BrowserProvider {
  name: string;
  /** What the button of the sign-in page says. */
  displayName: { ro: string; ru: string; en: string };
  /** @throws Problem PROVIDER_AWAY */
  begin(request: SignInRequest): Promise<{ next: BrowserNavigation; kept: AttemptState }>;
  /** @throws SignInRefused; Problem PROVIDER_AWAY */
  complete(callback: SignInCallback): Promise<AuthenticatedSubject>;
  /** Where a person who leaves here signs out there; undefined where the provider offers nothing of that kind. */
  signOut: ((session: { person: string; index: string; origin: string }) => Promise<BrowserNavigation>) | undefined;
  /**
   * What a provider says about a sign-out: that somebody left there, or (undefined) that ours is done.
   * @throws SignInRefused; Problem PROVIDER_AWAY
   */
  handleLogout?: (parameters: CallbackParameters, origin: string) => Promise<ProviderLogout | undefined>;
  /** What the provider is told of us. */
  metadata?: (origin: string) => { contentType: string; content: string };
}

/** Paths of the public face, which a provider sends browsers to. */
export const buildCallbackUrl = (provider: string, origin: string): string => `${origin}/auth/${provider}/callback`;
export const buildLogoutUrl = (provider: string, origin: string): string => `${origin}/auth/${provider}/logout`;

/** Why a sign-in is refused, one word each, as the metrics count them. */
export type RefusalCause =
  | 'algorithm'
  | 'attempt'
  | 'audience'
  | 'centre'
  | 'clear-text'
  | 'cross-attempt'
  | 'decryption'
  | 'destination'
  | 'expired'
  | 'issuer'
  | 'malformed'
  | 'no-right'
  | 'not-again'
  | 'not-yet-valid'
  | 'provider'
  | 'recipient'
  | 'replayed'
  | 'second-factor'
  | 'signature'
  | 'suspended'
  | 'token'
  | 'unknown-person'
  | 'unsolicited';

/** A sign-in that is refused. What is told is the reason; the cause is for the metrics and the log. */
export class SignInRefused extends Problem {
  override readonly cause: RefusalCause;

  constructor(cause: RefusalCause, message: string, reason: Reason = 'SIGN_IN_REFUSED') {
    super({ reason, message });
    this.cause = cause;
  }
}
