import type { PublicService } from '../../api/types.ts';
import { useLanguage } from '../../language/language.tsx';
import { money } from '../../language/money.ts';
import { termText } from '../../language/terms.ts';
import { FEE_TEXTS } from '../../texts/content.ts';
import { VISIT } from '../../texts/visit.ts';
import { useFilling } from '../filling.tsx';
import { isOpenHere } from '../model/finding.ts';
import { whereElse } from '../where-else.ts';
import { agencyOf, cheapest, paysOut } from '../model/service.ts';
import styles from './service.module.css';

interface ListProps {
  /** What fits the query, best first; undefined while there is none. */
  found: readonly PublicService[] | undefined;
  often: readonly PublicService[];
  picked: PublicService | undefined;
  onPick: (service: PublicService) => void;
  onOpen: () => void;
}

/** What was found, and under it what is asked often here: one list for the arrows. */
export function ServiceList({ found, often, picked, onPick, onOpen }: ListProps) {
  const { t } = useLanguage();
  const { registry } = useFilling();
  const hit = (one: PublicService) => (
    <Hit key={one.code} service={one} chosen={one === picked} onPick={() => onPick(one)} onOpen={onOpen} />
  );
  return (
    <div id="services" role="listbox" aria-label={t(VISIT.serviceTitle)} className={styles.lists}>
      {found && found.length > 0 && (
        <div role="group" aria-label={t(VISIT.stepService)} className={styles.list}>
          {found.map(hit)}
        </div>
      )}
      {found?.length === 0 && <p className={styles.none}>{t(VISIT.noHits)}</p>}
      {often.length > 0 && (
        <div role="group" aria-labelledby="often" className={styles.often}>
          <h2 id="often" role="presentation">
            {t(VISIT.askedOften, { centre: registry.centre.displayName })}
          </h2>
          <div className={styles.list} role="presentation">
            {often.map(hit)}
          </div>
        </div>
      )}
    </div>
  );
}

export const idOf = ({ code }: PublicService): string => `service-${code}`;

interface HitProps {
  service: PublicService;
  chosen: boolean;
  onPick: () => void;
  onOpen: () => void;
}

function Hit({ service, chosen, onPick, onOpen }: HitProps) {
  const { t } = useLanguage();
  const { registry } = useFilling();
  const open = isOpenHere(service);
  const agency = agencyOf(registry, service);
  const why = t(whereElse(service));
  return (
    <div
      id={idOf(service)}
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      className={styles.hit}
      // The focus stays in the field.
      onMouseDown={(event) => {
        event.preventDefault();
        if (event.detail > 1) onOpen();
        else onPick();
      }}
    >
      <span className={styles.words}>
        <strong className={open ? undefined : styles.closed}>{t(service.version?.title)}</strong>
        <span>{open ? t(agency?.displayName) : service.paused ? why : `${t(VISIT.notHere)}: ${why}`}</span>
      </span>
      <span className={styles.price}>
        {open ? <Price service={service} /> : t(service.paused ? VISIT.paused : VISIT.elsewhere)}
      </span>
    </div>
  );
}

function Price({ service }: { service: PublicService }) {
  const { t } = useLanguage();
  const least = cheapest(service);
  if (!least?.fee)
    return <span>{paysOut(service) ? t(VISIT.paysOut) : t(service.version?.noFee ?? FEE_TEXTS.unknown)}</span>;
  const several = (service.version?.costOptions ?? []).length > 1;
  const fee = least.fee.amountMinor === 0 ? t(FEE_TEXTS.free) : money(least.fee);
  return (
    <>
      <span className={styles.fee}>{several ? t(VISIT.from, { fee }) : fee}</span>
      <span>{least.term && t(termText(least))}</span>
    </>
  );
}
