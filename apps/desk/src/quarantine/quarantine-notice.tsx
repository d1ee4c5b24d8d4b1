import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { formatBucketCount } from '../queue/bucket-count.ts';
import { Banner } from '../parts/banner.tsx';
import { QUARANTINE } from '../texts/quarantine.ts';
import { quarantineCountQuery } from './queries.ts';

/** Tells heads and supervisors that acts wait for their decision. It shows nothing without any. */
export default function QuarantineNotice() {
  const { t } = useLanguage();
  const [path] = useLocation();
  const count = useQuery(quarantineCountQuery).data ?? 0;
  if (count === 0 || path === '/quarantine') return null;
  return (
    <Banner kind="trouble" action={<Link href="/quarantine">{t(QUARANTINE.open)}</Link>}>
      {t(QUARANTINE.waiting, { n: formatBucketCount(count) })}
    </Banner>
  );
}
