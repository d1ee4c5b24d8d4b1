import { MANDATE_GROUND_TEXTS, MANDATE_TERM_TEXTS } from '@cups/application/texts';
import { Link } from 'wouter';
import { operatorName } from '../application/operator-name.ts';
import type { Catalog, MandateSupportingCode, StoredMandate } from '../api/types.ts';
import { formatDayAndTime, shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Facts } from '../parts/facts.tsx';
import { LANGUAGE_TEXTS } from '../texts/content.ts';
import { MANDATE_STATE_TEXTS, MANDATES } from '../texts/mandates.ts';
import { catalogTitles, lastDayText, mandatePersonText, scopeParts } from './mandate-facts.ts';
import type { ScopePart } from './mandate-facts.ts';
import styles from './mandates.module.css';

type Translate = ReturnType<typeof useLanguage>['t'];

/** Who, for what, how long and on what ground; the proof of the text that was shown. */
export function MandateFacts({ mandate, catalog }: { mandate: StoredMandate; catalog: Catalog }) {
  const { t } = useLanguage();
  const { person, representative, scope, remainingScope, state, term, expireTime, grantTime, application } = mandate;
  const { supportingCode, printTime, text } = mandate;
  const titles = (part: StoredMandate['scope']) => scopeParts(part, catalogTitles(catalog));
  const isReduced = mandate.revocations.length > 0;
  const applicationId = application?.slice('applications/'.length);
  return (
    <div className={styles.facts}>
      <Facts
        facts={[
          [t(MANDATES.state), t(MANDATE_STATE_TEXTS[state])],
          [t(MANDATES.person), mandatePersonText(person)],
          representative && [t(MANDATES.representative), mandatePersonText(representative)],
          [t(MANDATES.scope), <ScopeList parts={titles(scope)} />],
          isReduced && [t(MANDATES.scopeRest), <ScopeList parts={titles(remainingScope)} />],
          [t(MANDATES.term), t(MANDATE_TERM_TEXTS[term])],
          [t(MANDATES.lastDay), lastDayText(expireTime)],
          applicationId !== undefined && [
            t(MANDATES.application),
            <Link href={`/applications/${applicationId}`}>{applicationId}</Link>,
          ],
          ...groundFacts(mandate, t),
          [t(MANDATES.granted), formatDayAndTime(grantTime)],
          [t(MANDATES.grantedBy), operatorName(mandate.operators, mandate.grantedBy, t)],
          [t(MANDATES.printed), printTime ? formatDayAndTime(printTime) : t(MANDATES.notPrinted)],
          supportingCode && [t(MANDATES.supportingCode), codeText(mandate, supportingCode, t)],
          [t(MANDATES.textVersion), `${text.version}, ${t(LANGUAGE_TEXTS[text.language])}`],
          [t(MANDATES.textHash), text.sha256],
        ]}
      />
    </div>
  );
}

/** Returns how and when the person got the code, whether they said it, who acted, and what that proves. */
function codeText(
  { operators }: Pick<StoredMandate, 'operators'>,
  { channel, sendTime, confirmTime, address, issuedBy, confirmedBy }: MandateSupportingCode,
  t: Translate,
): string {
  const isEmail = channel === 'email';
  const nameOf = (operator: string | undefined) => operator && operatorName(operators, operator, t);
  const facts = [
    t(isEmail ? MANDATES.codeByEmail : MANDATES.codeByPrint, { when: formatDayAndTime(sendTime) }),
    address,
    nameOf(issuedBy),
    confirmTime ? t(MANDATES.codeConfirmed, { when: formatDayAndTime(confirmTime) }) : t(MANDATES.codeNotConfirmed),
    nameOf(confirmedBy),
  ].filter(Boolean);
  return `${facts.join(', ')}. ${t(isEmail ? MANDATES.weightEmail : MANDATES.weightPrint)}`;
}

function ScopeList({ parts }: { parts: readonly ScopePart[] }) {
  const { t } = useLanguage();
  if (parts.length === 0) return t(MANDATES.nothing);
  return (
    <ul>
      {parts.map(({ key, title }) => (
        <li key={key}>{t(title)}</li>
      ))}
    </ul>
  );
}

function groundFacts({ ground }: StoredMandate, t: Translate) {
  const { kind, reference, date, notary, mpowerType, mpowerState, mpowerCheckTime } = ground;
  const document = [reference, date && shortDate(date)].filter(Boolean).join(', ');
  const when = mpowerCheckTime ? formatDayAndTime(mpowerCheckTime) : '';
  return [
    [t(MANDATES.ground), t(MANDATE_GROUND_TEXTS[kind])] as const,
    document !== '' && ([t(MANDATES.reference), document] as const),
    notary !== undefined && ([t(MANDATES.notary), notary] as const),
    mpowerState !== undefined &&
      ([
        t(MANDATES.mpower),
        t(MANDATES.mpowerState, { state: [mpowerType, mpowerState].filter(Boolean).join(', '), when }),
      ] as const),
  ];
}
