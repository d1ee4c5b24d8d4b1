import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { formatBucketCount } from '../queue/bucket-count.ts';
import { Banner } from '../parts/banner.tsx';
import { CHAIN_BREAKS } from '../texts/chain-breaks.ts';
import { QUARANTINE } from '../texts/quarantine.ts';
import { chainBreaksQuery, quarantineCountQuery } from './queries.ts';

/** Tells heads and supervisors that acts wait for their decision, or that a chain of acts is broken. It shows nothing without any. */
export default function QuarantineNotice() {
  const { t } = useLanguage();
  const [path] = useLocation();
  const count = useQuery(quarantineCountQuery).data ?? 0;
  const broken = useQuery(chainBreaksQuery).data?.computerCount ?? 0;
  if ((count === 0 && broken === 0) || path === '/quarantine') return null;
  return (
    <Banner kind="trouble" action={<Link href="/quarantine">{t(QUARANTINE.open)}</Link>}>
      {count > 0 && t(QUARANTINE.waiting, { n: formatBucketCount(count) })}
      {count > 0 && broken > 0 && ' · '}
      {broken > 0 && t(CHAIN_BREAKS.waiting, { n: broken })}
    </Banner>
  );
}
