import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';

/** Where a browser goes next: to an address, or with a form that it posts. */
export type Step = { redirectUrl: string } | { form: { url: string; fields: Record<string, string> } };

/** What a browser brought: the fields of a form, or of a query. */
export type Parameters = Readonly<Record<string, string>>;

/** What a provider needs to know again when the browser comes back; nothing of a person. */
export type Kept = Record<string, string>;

/** How a sign-in is asked for. */
export interface Asked {
  /** The origin that the browser sees, without a path. */
  origin: string;
  /** ro, ru or en; empty where nobody chose. */
  language: string;
  /** Whether the provider must ask for the person again, whoever is signed in there. */
  again: boolean;
}

/** What is left of the question when its answer comes. */
export interface Answered extends Pick<Asked, 'origin' | 'again'> {
  kept: Kept;
  beginTime: Date;
  parameters: Parameters;
}

/** What a provider says of who stands before it, proved. */
export interface Witness {
  /** IDNP. */
  person: string;
  /** Whether the method has a second factor. */
  strong: boolean;
  /** The session at the provider, by which it signs out; empty where it names none. */
  index: string;
  /** Who that is at the provider, where a sign-out may name nothing else; no personal number can be read from it. */
  subject?: string | undefined;
  /** Not longer than that the session lasts; undefined where the provider does not say. */
  until?: Date | undefined;
  /** The statement itself: it counts once, and until then it is remembered. */
  statement: { id: string; until: Date };
  /** Rights that it names, such as `CU-001:specialist`; undefined where the provider is not asked about rights. */
  rights?: string[] | undefined;
}

/** Sessions that a provider ends, and where the browser goes with our answer. */
export interface ToldSignOut {
  /** Whose: an IDNP, or who that is at the provider; sessions named by an index alone are nobody's in particular. */
  whose: { person?: string; subject?: string };
  /** Sessions at the provider; empty means all of that person. */
  indexes: string[];
  statement: { id: string; until: Date };
  /** Our answer by the browser, when all of that is done; undefined where the provider itself waits for none. */
  answer?: () => Step;
}

/** A provider with pages of its own, to which a browser goes and from which it comes back. */
export interface BrowserProvider {
  name: string;
  /** What the button of the sign-in page says. */
  displayName: { ro: string; ru: string; en: string };
  /** @throws Problem PROVIDER_AWAY */
  begin(asked: Asked): Promise<{ next: Step; kept: Kept }>;
  /** @throws SignInRefused; Problem PROVIDER_AWAY */
  complete(answered: Answered): Promise<Witness>;
  /** Where a person who leaves here signs out there; undefined where the provider offers nothing of that kind. */
  signOut: ((session: { person: string; index: string; origin: string }) => Promise<Step>) | undefined;
  /**
   * What a provider says about a sign-out: that somebody left there, or (undefined) that ours is done.
   * @throws SignInRefused; Problem PROVIDER_AWAY
   */
  told?: (parameters: Parameters, origin: string) => Promise<ToldSignOut | undefined>;
  /** What the provider is told of us. */
  metadata?: (origin: string) => { contentType: string; content: string };
}

/** Paths of the public face, which a provider sends browsers to. */
export const callbackOf = (provider: string, origin: string): string => `${origin}/auth/${provider}/callback`;
export const logoutOf = (provider: string, origin: string): string => `${origin}/auth/${provider}/logout`;

/** Why a sign-in is refused, one word each, as the metrics count them. */
export type Cause =
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
  override readonly cause: Cause;

  constructor(cause: Cause, message: string, reason: Reason = 'SIGN_IN_REFUSED') {
    super({ reason, message });
    this.cause = cause;
  }
}
