import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { MANDATES_LINK } from '../texts/mandates-link.ts';
import { ENDING_INTERVAL_MS, endingCountQuery } from './mandates-api.ts';

interface MandatesLinkProps {
  /** The queue is shown; the link may use the network. */
  isReady: boolean;
  countClassName: string | undefined;
}

/** Leads from the queue to the mandates of the centre, and says how many end soon. */
export function MandatesLink({ isReady, countClassName }: MandatesLinkProps) {
  const { t } = useLanguage();
  const { data = 0 } = useQuery(
    Object.assign({}, endingCountQuery, { enabled: isReady, refetchInterval: ENDING_INTERVAL_MS }),
  );
  return (
    <li>
      <Link href="/mandates">
        <span />
        <span>
          {t(MANDATES_LINK.title)}
          {data > 0 && <span className="heard">, {t(MANDATES_LINK.endingSoon)}</span>}
        </span>
        {data > 0 && <span className={countClassName}>{data}</span>}
      </Link>
    </li>
  );
}
