import { useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useLocation } from 'wouter';
import { civilDay } from '@cups/application';
import { fileRead } from '../api/reads.ts';
import type { ApplicationFile, Row } from '../api/types.ts';
import { isUnpaid, useCostOption } from '../application/cost.ts';
import { facts } from '../application/facts.ts';
import { longDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { StateBlock } from '../application/state-block.tsx';
import { Steps } from '../application/timeline.tsx';
import { looked } from '../application/looked.ts';
import { FILE } from '../texts/application.ts';
import { QUEUE } from '../texts/queue.ts';
import { useAgencies } from './agencies.ts';
import { nameOf, pageOf } from './where.ts';
import styles from './preview.module.css';

/** A file counts as looked at, so it is read for a row on which the eye rests, not for each that is passed. */
const REST_MS = 400;

export function Preview({ row }: { row: Row | undefined }) {
  const id = useRested(row?.id);
  const { data } = useQuery(Object.assign({ enabled: id !== undefined }, fileRead(id ?? '')));
  if (!row) return null;
  return <Known key={row.id} row={row} file={id === row.id ? data : undefined} />;
}

function Known({ row, file }: { row: Row; file: ApplicationFile | undefined }) {
  const { t, language } = useLanguage();
  const [, go] = useLocation();
  const give = row.allowedActions.includes('hand-over');
  const filed = row.submitTime ?? row.createTime;
  return (
    <div className={styles.preview}>
      <div>
        <p className={styles.quiet}>
          {t(row.submitTime ? QUEUE.filedOn : QUEUE.draftOf, { day: longDate(civilDay(new Date(filed)), language) })}
        </p>
        <h2 className={styles.name}>{nameOf(row) || t(QUEUE.nobody)}</h2>
        <p>{t(row.serviceTitle)}</p>
      </div>
      <StateBlock row={row} file={file} look="compact" />
      <div className={styles.ways}>
        {give && (
          <Button look="filled" cap="KeyH" onClick={() => go(`/applications/${row.id}/hand-over`)}>
            {t(QUEUE.handOver)}
          </Button>
        )}
        <Button look={give ? 'outlined' : 'filled'} cap="Enter" onClick={() => go(pageOf(row))}>
          {t(row.state === 'draft' ? QUEUE.goOn : QUEUE.open)}
        </Button>
      </div>
      {file && <KnownFacts file={file} />}
      {file && file.history.length > 0 && (
        <section className={styles.path}>
          <h3>{t(QUEUE.path)}</h3>
          <Steps file={file} most={5} />
        </section>
      )}
      {file?.lastLook && (
        <p className={styles.look}>
          <Eye size={16} aria-hidden="true" />
          {looked(file, t, language)}
        </p>
      )}
    </div>
  );
}

function KnownFacts({ file }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const agencies = useAgencies();
  const option = useCostOption(file.application);
  const unpaid = isUnpaid(file.application, option) ? t(FILE.unpaid) : '';
  return <Facts facts={[...facts(file, { t, agencies, masked: true }), [t(FILE.payment), unpaid]]} />;
}

/** @returns the id after it has stayed the same for a moment */
function useRested(id: string | undefined): string | undefined {
  const [rested, setRested] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setRested(id), REST_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return rested;
}
