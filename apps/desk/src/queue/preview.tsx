import { useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useLocation } from 'wouter';
import { toCivilDate } from '@cups/application';
import { detailsQuery } from '../api/queries.ts';
import type { ApplicationDetails, ApplicationRow, ConversationMessage } from '../api/types.ts';
import { isUnpaid, useCostOption } from '../application/cost.ts';
import { applicationFacts } from '../application/facts.ts';
import { longDate, onDate } from '../language/dates.ts';
import { REPLY_FRAGMENT } from '../conversation/reply-fragment.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { StateBlock } from '../application/state-block.tsx';
import { RecentTimeline } from '../application/timeline.tsx';
import { lastAccessText } from '../application/access-texts.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { QUEUE } from '../texts/queue.ts';
import { useAgencyNames } from './agency-names.ts';
import Arrival from './arrival.tsx';
import { applicantName, applicationPath } from './row-links.ts';
import styles from './preview.module.css';

/** Reading details creates an access-log entry, so the preview reads only a row selected for this long. */
const PREVIEW_DELAY_MS = 400;

export default function Preview({ row }: { row: ApplicationRow }) {
  const id = useDebouncedValue(row.id);
  const { data } = useQuery(Object.assign({ enabled: id !== undefined }, detailsQuery(id ?? '')));
  return <PreviewContent key={row.id} row={row} details={id === row.id ? data : undefined} />;
}

function PreviewContent({ row, details }: { row: ApplicationRow; details: ApplicationDetails | undefined }) {
  const { t, language } = useLanguage();
  const [, go] = useLocation();
  const { pending } = useSyncStatus(row.id);
  const canConfirmArrival =
    row.allowedActions.includes('confirm-arrival') && !pending.some(({ kind }) => kind === 'confirm-arrival');
  const canHandOver = row.allowedActions.includes('hand-over');
  const isHandOverMain = canHandOver && !canConfirmArrival;
  const date = toCivilDate(new Date(row.submitTime ?? row.createTime));
  return (
    <div className={styles.preview}>
      <div>
        <p className={styles.quiet}>
          {row.submitTime
            ? t(QUEUE.filedOn, { day: onDate(date, language) })
            : t(QUEUE.draftOf, { day: longDate(date, language) })}
        </p>
        <h2 className={styles.name}>{applicantName(row) || t(QUEUE.nobody)}</h2>
        <p>{t(row.serviceTitle)}</p>
      </div>
      <StateBlock row={row} details={details} variant="compact" />
      {row.agencyMessage && <AgencyMessage row={row} message={row.agencyMessage} />}
      <div className={styles.ways}>
        {canConfirmArrival && <Arrival application={row.id} />}
        {canHandOver && (
          <Button
            variant={isHandOverMain ? 'filled' : 'outlined'}
            cap="KeyH"
            onClick={() => go(`/applications/${row.id}/hand-over`)}
          >
            {t(QUEUE.handOver)}
          </Button>
        )}
        <Button
          variant={canHandOver || canConfirmArrival ? 'outlined' : 'filled'}
          cap="Enter"
          onClick={() => go(applicationPath(row))}
        >
          {t(row.state === 'draft' ? QUEUE.goOn : QUEUE.open)}
        </Button>
      </div>
      {details && <PreviewFacts details={details} />}
      {details && details.history.length > 0 && (
        <section className={styles.path}>
          <h3>{t(QUEUE.path)}</h3>
          <RecentTimeline details={details} max={5} />
        </section>
      )}
      {details?.lastAccess && (
        <p className={styles.look}>
          <Eye size={16} aria-hidden="true" />
          {lastAccessText(details, t, language)}
        </p>
      )}
    </div>
  );
}

/** What the agency wrote, with one key to answer. */
function AgencyMessage({ row, message }: { row: ApplicationRow; message: ConversationMessage }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const { long } = useAgencyNames();
  const canReply = row.allowedActions.includes('send-message');
  const reply = () => go(`/applications/${row.id}${REPLY_FRAGMENT}`);
  useKeys([canReply && { code: 'KeyM', label: QUEUE.reply, run: reply }]);
  return (
    <section className={styles.message}>
      <h3>{t(QUEUE.agencyWrote, { agency: long(message.author ?? row.agency) })}</h3>
      <blockquote lang={message.language}>{message.text}</blockquote>
      {canReply && (
        <Button cap="KeyM" onClick={reply}>
          {t(QUEUE.reply)}
        </Button>
      )}
    </section>
  );
}

function PreviewFacts({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const agencies = useAgencyNames();
  const option = useCostOption(details.application);
  const unpaid = isUnpaid(details.application, option) ? t(APPLICATION_FACTS.unpaid) : '';
  return (
    <Facts
      facts={[...applicationFacts(details, { t, agencies, isMasked: true }), [t(APPLICATION_FACTS.payment), unpaid]]}
    />
  );
}

/** Returns the ID once it has been stable for PREVIEW_DELAY_MS. */
function useDebouncedValue(id: string | undefined): string | undefined {
  const [debounced, setDebounced] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(id), PREVIEW_DELAY_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return debounced;
}
