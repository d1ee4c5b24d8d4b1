import { useEffect, useState } from 'react';
import { toCivilDate } from '@cups/application';
import { api, bodyOf } from '../api/client.ts';
import type { TrackedMandateApplication } from '../api/types.ts';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { TRACKING_STATES, TRACKING } from '../texts/tracking.ts';
import styles from './tracking.module.css';

interface FoundApplications {
  applications: TrackedMandateApplication[];
  more: boolean;
}

/** What was filed under the mandate: public service, state and dates. The mandate is shown also if this is not available. */
export function MandateApplications({ code }: { code: string }) {
  const { t } = useLanguage();
  const [found, setFound] = useState<FoundApplications | 'failed'>();
  useEffect(() => {
    let isCurrent = true;
    const show = (result: FoundApplications | 'failed') => isCurrent && setFound(result);
    void bodyOf(api.POST('/api/v1/mandate-tracking/applications', { body: { code } })).then(show, () => show('failed'));
    return () => {
      isCurrent = false;
    };
  }, [code]);
  if (found === undefined) return null;
  return (
    <div className={styles.receipt}>
      <h3>{t(MANDATE_TRACKING.applications)}</h3>
      {found === 'failed' ? (
        <p role="status">{t(MANDATE_TRACKING.applicationsAway)}</p>
      ) : (
        <ApplicationList found={found} />
      )}
    </div>
  );
}

function ApplicationList({ found: { applications, more } }: { found: FoundApplications }) {
  const { t } = useLanguage();
  if (applications.length === 0) return <p>{t(MANDATE_TRACKING.noApplications)}</p>;
  return (
    <>
      <ul className={styles.filed}>
        {applications.map((one, at) => (
          <FiledApplication key={at} filed={one} />
        ))}
      </ul>
      {more && <p>{t(MANDATE_TRACKING.moreApplications)}</p>}
    </>
  );
}

function FiledApplication({ filed: { serviceTitle, application } }: { filed: TrackedMandateApplication }) {
  const { t, language } = useLanguage();
  const { state, resultLocation, submitTime, dueDate, updateTime, passOnTime } = application;
  const shown = resultLocation === 'on-its-way' ? 'result-on-the-way' : state;
  const date = (civil: string) => longDate(civil, language, today());
  const day = (instant: string) => date(toCivilDate(new Date(instant)));
  const dates = [
    passOnTime && `${t(TRACKING.passedOn)}: ${day(passOnTime)}`,
    submitTime && `${t(TRACKING.filed)}: ${day(submitTime)}`,
    dueDate && `${t(TRACKING.due)}: ${date(dueDate)}`,
    `${t(TRACKING.changed)}: ${day(updateTime)}`,
  ];
  return (
    <li>
      {serviceTitle && <strong>{t(serviceTitle)}</strong>}
      <p>{t(TRACKING_STATES[shown].title)}</p>
      <p className={styles.secret}>{dates.filter(Boolean).join('; ')}</p>
    </li>
  );
}
