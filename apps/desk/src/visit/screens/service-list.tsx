import type { PublicService } from '../../api/types.ts';
import { useLanguage } from '../../language/language.tsx';
import { formatMoney } from '../../language/money.ts';
import { termText } from '../../language/terms.ts';
import { FEE_TEXTS } from '../../texts/content.ts';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { isAvailableHere } from '../model/service-search.ts';
import { otherChannelText } from '../other-channel.ts';
import { findAgency, findCheapestOption, isPayout } from '../model/service.ts';
import styles from './service.module.css';

interface ServiceListProps {
  /** Matches, best first; undefined without a query. */
  results: readonly PublicService[] | undefined;
  frequent: readonly PublicService[];
  picked: PublicService | undefined;
  onPick: (service: PublicService) => void;
  onOpen: () => void;
}

/** Matches and frequent services as one listbox for the arrow keys. */
export function ServiceList({ results, frequent, picked, onPick, onOpen }: ServiceListProps) {
  const { t } = useLanguage();
  const { catalog } = useDraftForm();
  const hit = (service: PublicService) => (
    <ServiceHit
      key={service.code}
      service={service}
      chosen={service === picked}
      onPick={() => onPick(service)}
      onOpen={onOpen}
    />
  );
  return (
    <div id="services" role="listbox" aria-label={t(VISIT.serviceTitle)} className={styles.lists}>
      {results && results.length > 0 && (
        <div role="group" aria-label={t(VISIT.stepService)} className={styles.list}>
          {results.map(hit)}
        </div>
      )}
      {results?.length === 0 && <p className={styles.none}>{t(VISIT.noHits)}</p>}
      {frequent.length > 0 && (
        <div role="group" aria-labelledby="often" className={styles.often}>
          <h2 id="often" role="presentation">
            {t(VISIT.frequentlyRequested, { centre: catalog.centre.displayName })}
          </h2>
          <div className={styles.list} role="presentation">
            {frequent.map(hit)}
          </div>
        </div>
      )}
    </div>
  );
}

export const optionId = ({ code }: PublicService): string => `service-${code}`;

interface ServiceHitProps {
  service: PublicService;
  chosen: boolean;
  onPick: () => void;
  onOpen: () => void;
}

function ServiceHit({ service, chosen, onPick, onOpen }: ServiceHitProps) {
  const { t } = useLanguage();
  const { catalog } = useDraftForm();
  const isAvailable = isAvailableHere(service);
  const agency = findAgency(catalog, service);
  const otherChannel = t(otherChannelText(service));
  return (
    <div
      id={optionId(service)}
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      className={styles.hit}
      // Keeps the focus in the field.
      onMouseDown={(event) => {
        event.preventDefault();
        if (event.detail > 1) onOpen();
        else onPick();
      }}
    >
      <span className={styles.words}>
        <strong className={isAvailable ? undefined : styles.closed}>{t(service.version?.title)}</strong>
        <span>
          {isAvailable
            ? t(agency?.displayName)
            : service.paused
              ? otherChannel
              : `${t(VISIT.notHere)}: ${otherChannel}`}
        </span>
      </span>
      <span className={styles.price}>
        {isAvailable ? <Price service={service} /> : t(service.paused ? VISIT.paused : VISIT.otherChannel)}
      </span>
    </div>
  );
}

function Price({ service }: { service: PublicService }) {
  const { t } = useLanguage();
  const cheapestOption = findCheapestOption(service);
  if (!cheapestOption?.fee)
    return <span>{isPayout(service) ? t(VISIT.paysOut) : t(service.version?.feeNote ?? FEE_TEXTS.unknown)}</span>;
  const several = (service.version?.costOptions ?? []).length > 1;
  const fee = cheapestOption.fee.amountMinor === 0 ? t(FEE_TEXTS.free) : formatMoney(cheapestOption.fee);
  return (
    <>
      <span className={styles.fee}>{several ? t(VISIT.from, { fee }) : fee}</span>
      <span>{cheapestOption.term && t(termText(cheapestOption))}</span>
    </>
  );
}
