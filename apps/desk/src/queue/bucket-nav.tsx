import { BUCKETS } from '@cups/application';
import { BUCKET_TEXTS } from '@cups/application/texts';
import type { Bucket } from '../api/types.ts';
import { CollectionsLink } from '../collections/collections-link.tsx';
import { KeyCap } from '../keys/key-cap.tsx';
import { useKeys } from '../keys/keys.tsx';
import { formatTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { MandatesLink } from '../mandates/mandates-link.tsx';
import { useConnectivity } from '../session/connectivity.ts';
import { QUEUE } from '../texts/queue.ts';
import { SESSION } from '../texts/session.ts';
import { formatBucketCount } from './bucket-count.ts';
import styles from './queue.module.css';

/** Buckets with a digit key, in order. */
const NUMBERED_BUCKETS: readonly Bucket[] = [
  'today',
  'agency-replied',
  'documents-requested',
  'ready',
  'due-soon',
  'to-notify',
  'drafts',
  'mine',
  'open',
];
const OTHER_BUCKETS: readonly Bucket[] = BUCKETS.filter((bucket) => !NUMBERED_BUCKETS.includes(bucket));

interface BucketNavProps {
  bucket: Bucket;
  counts: Partial<Record<Bucket, number>>;
  /** Time of the last update, in ms. */
  updatedAt: number;
  onChoose: (bucket: Bucket) => void;
}

/** All buckets with counts. Those without a digit show only if they are not empty. */
export function BucketNav({ bucket, counts, updatedAt, onChoose }: BucketNavProps) {
  const { t } = useLanguage();
  // Focuses the list title: Tab then reaches the rows, and Enter opens the first.
  const choose = (chosen: Bucket) => {
    onChoose(chosen);
    document.querySelector<HTMLElement>('main h1')?.focus();
  };
  useKeys(
    NUMBERED_BUCKETS.map((numbered, at) => ({
      code: `Digit${at + 1}`,
      label: BUCKET_TEXTS[numbered],
      run: () => choose(numbered),
    })),
  );
  const others = OTHER_BUCKETS.filter((candidate) => candidate === bucket || (counts[candidate] ?? 0) > 0);
  return (
    <div className={styles.rail}>
      <nav aria-label={t(QUEUE.lists)}>
        <ul className={styles.lists}>
          {[...NUMBERED_BUCKETS, ...others].map((item, at) => (
            <li key={item} className={item === 'open' ? styles.apart : undefined}>
              <button type="button" aria-current={item === bucket ? 'true' : undefined} onClick={() => onChoose(item)}>
                {at < NUMBERED_BUCKETS.length ? <KeyCap code={`Digit${at + 1}`} quiet /> : <span />}
                <span>{t(BUCKET_TEXTS[item])}</span>
                <span className={styles.count}>{formatBucketCount(counts[item])}</span>
              </button>
            </li>
          ))}
          <CollectionsLink isReady={updatedAt > 0} className={styles.apart} countClassName={styles.count} />
          <MandatesLink isReady={updatedAt > 0} countClassName={styles.count} />
        </ul>
      </nav>
      <PlatformStatus updatedAt={updatedAt} />
    </div>
  );
}

function PlatformStatus({ updatedAt }: { updatedAt: number }) {
  const { t } = useLanguage();
  const { isReachable } = useConnectivity();
  return (
    <div className={styles.platform} data-answers={isReachable}>
      <span className={styles.dot} aria-hidden="true" />
      <p>{t(isReachable ? SESSION.answers : SESSION.silent)}</p>
      {updatedAt > 0 && <p>{t(SESSION.updated, { time: formatTime(new Date(updatedAt).toISOString()) })}</p>}
    </div>
  );
}
