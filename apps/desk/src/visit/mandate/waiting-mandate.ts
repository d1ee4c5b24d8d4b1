import { addCivilDays, endOfCivilDay, MANDATE_TERM_DAYS, MANDATE_TEXT_VERSION } from '@cups/application';
import type { Catalog, Session, StoredMandate } from '../../api/types.ts';
import { mandateText } from '../model/mandate-text.ts';
import type { MandateRequest } from './mandate-requests.ts';

/**
 * Returns a mandate that waits for the platform as it will be recorded: to show, and to print for the signature. It has
 * no code, which the platform makes.
 * @param today civil date in Chisinau
 */
export function toWaitingMandate(
  { name, body }: Pick<MandateRequest, 'name' | 'body'>,
  { catalog, session, today }: { catalog: Catalog; session: Session; today: string },
): StoredMandate {
  const { person, representative, scope, term, application, ground, language, textSha256 = '' } = body;
  const remainingScope = { publicServices: [], themes: [], ...scope };
  return {
    name,
    id: name.replace('mandates/', ''),
    centre: session.centre ?? '',
    person,
    ...(representative && { representative }),
    scope,
    remainingScope,
    term,
    ...(application && { application }),
    grantTime: new Date().toISOString(),
    expireTime: endOfCivilDay(addCivilDays(today, MANDATE_TERM_DAYS[term])).toISOString(),
    grantedBy: session.operator.name,
    ground,
    text: {
      version: MANDATE_TEXT_VERSION,
      language,
      sha256: textSha256,
      text: mandateText(body, catalog, language, today),
      ...(language !== 'ro' && { romanianText: mandateText(body, catalog, 'ro', today) }),
    },
    state: 'active',
    revocations: [],
    training: session.training,
  } as StoredMandate;
}
