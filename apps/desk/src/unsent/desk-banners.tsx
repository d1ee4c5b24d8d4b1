import { useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { clockOffset, subscribeToClock } from '../api/desk-clock.ts';
import { countRejected, useAllUploads } from '../documents/use-uploads.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { useSignedIn } from '../session/session.tsx';
import { SESSION } from '../texts/session.ts';
import { UNSENT } from '../texts/unsent.ts';
import { MAX_CLOCK_OFFSET_MS } from './use-desk-alerts.ts';

const MINUTE_MS = 60_000;

/** What a person has to do about this PC: decide, free its disk, set its clock. */
export default function DeskBanners() {
  const { t } = useLanguage();
  const { outbox } = useSignedIn();
  const refused = useSyncExternalStore(outbox.subscribe, outbox.countRefused);
  const isFull = useSyncExternalStore(outbox.subscribe, outbox.hasStorageError);
  const elsewhere = useSyncExternalStore(outbox.subscribe, outbox.countElsewhere);
  const offset = useSyncExternalStore(subscribeToClock, clockOffset);
  const scans = countRejected(useAllUploads());
  const isWrong = Math.abs(offset) > MAX_CLOCK_OFFSET_MS;
  const n = Math.round(Math.abs(offset) / MINUTE_MS);
  const show = <Link href="/to-send">{t(SESSION.showUnsent)}</Link>;
  return (
    <>
      {isFull && (
        <Banner kind="trouble" action={show}>
          {t(UNSENT.bannerStorage)}
        </Banner>
      )}
      {refused > 0 && (
        <Banner kind="trouble" action={show}>
          {t(UNSENT.banner)}
        </Banner>
      )}
      {elsewhere > 0 && (
        <Banner kind="trouble" action={show}>
          {t(UNSENT.bannerCentre, { n: elsewhere })}
        </Banner>
      )}
      {scans > 0 && (
        <Banner kind="trouble" action={show}>
          {t(UNSENT.bannerScan)}
        </Banner>
      )}
      {isWrong && <Banner kind="trouble">{t(offset > 0 ? UNSENT.clockBehind : UNSENT.clockAhead, { n })}</Banner>}
    </>
  );
}
