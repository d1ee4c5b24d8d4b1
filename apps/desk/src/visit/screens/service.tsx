import { useMemo, useState } from 'react';
import { Search } from 'lucide-react';
import type { PublicService } from '../../api/types.ts';
import { money } from '../../language/money.ts';
import { plural } from '../../language/plurals.ts';
import { termText } from '../../language/terms.ts';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { FieldError, TextInput } from '../../parts/field.tsx';
import { Title } from '../../parts/screen.tsx';
import { FEE_TEXTS } from '../../texts/content.ts';
import { KEYS } from '../../texts/keys.ts';
import { SERVICES } from '../../texts/counts.ts';
import { VISIT } from '../../texts/visit.ts';
import { useFilling } from '../filling.tsx';
import { askedOften, isOpenHere, servicesFor } from '../model/finding.ts';
import { agencyOf, cheapest, paysOut } from '../model/service.ts';
import { useBringThis } from '../use-papers.tsx';
import { Page } from './page.tsx';
import { ServicePane } from './service-pane.tsx';
import styles from './service.module.css';

const MOST_HITS = 8;

/** Which service: found as people say it, with what it takes beside it. */
export function ServiceScreen() {
  const { t, language } = useLanguage();
  const { registry, service, choose, held, hold } = useFilling();
  const [query, setQuery] = useState('');
  const found = useMemo(() => servicesFor(registry, query)?.slice(0, MOST_HITS), [registry, query]);
  const often = useMemo(() => askedOften(registry), [registry]);
  const [at, setAt] = useState<string | undefined>(service?.code);
  const shown = [...(found ?? []), ...often.filter((one) => !found?.includes(one))];
  const picked = shown.find(({ code }) => code === at) ?? (found?.[0] || (service && !query ? service : undefined));

  const bringThis = useBringThis(picked);
  const move = (step: 1 | -1) => {
    const now = picked ? shown.indexOf(picked) : -1;
    const then = shown[Math.min(Math.max(now + step, 0), shown.length - 1)];
    if (then) pick(then);
  };
  function pick(one: PublicService): void {
    setAt(one.code);
    hold(undefined);
    document.getElementById(idOf(one))?.scrollIntoView({ block: 'nearest' });
  }
  function main(): void {
    if (!picked) return hold(t(VISIT.chooseFirst));
    if (!isOpenHere(picked)) return hold(t(VISIT.chooseOther));
    choose(picked.code);
  }
  useKeys([
    { code: 'ArrowDown', says: KEYS.down, does: () => move(1), inFields: true },
    { code: 'ArrowUp', says: KEYS.up, does: () => move(-1), inFields: true },
  ]);

  return (
    <Page
      main={{ says: t(VISIT.toPerson), does: main, cap: 'Enter' }}
      side={picked && <ServicePane service={picked} onPrint={bringThis} />}
      hint={
        <>
          <span className={styles.arrows} aria-hidden="true">
            <kbd>↑</kbd>
            <kbd>↓</kbd>
          </span>
          {t(VISIT.arrows)}
        </>
      }
    >
      <div className={styles.head}>
        <Title focus={false}>{t(VISIT.serviceTitle)}</Title>
        <p className={styles.help} id="service-help">
          {t(VISIT.serviceHelp)}
        </p>
      </div>
      <TextInput
        aria-label={t(VISIT.serviceTitle)}
        aria-describedby="service-help"
        role="combobox"
        aria-expanded="true"
        aria-controls="services"
        aria-autocomplete="list"
        aria-activedescendant={picked && idOf(picked)}
        autoFocus
        start={<Search size={20} aria-hidden="true" />}
        end={found && found.length > 0 ? plural(found.length, language, SERVICES) : undefined}
        value={query}
        onChange={(text) => {
          setQuery(text);
          setAt(undefined);
          hold(undefined);
        }}
      />
      {held && <FieldError>{held}</FieldError>}
      <div id="services" role="listbox" aria-label={t(VISIT.serviceTitle)} className={styles.lists}>
        {found && found.length > 0 && (
          <div role="group" aria-label={t(VISIT.stepService)} className={styles.list}>
            {found.map((one) => (
              <Hit key={one.code} service={one} chosen={one === picked} onPick={() => pick(one)} onOpen={main} />
            ))}
          </div>
        )}
        {found?.length === 0 && <p className={styles.none}>{t(VISIT.noHits)}</p>}
        <div role="group" aria-labelledby="often" className={styles.often}>
          <h2 id="often" role="presentation">
            {t(VISIT.askedOften, { centre: registry.centre.displayName })}
          </h2>
          <div className={styles.list} role="presentation">
            {shown
              .filter((one) => !found?.includes(one))
              .map((one) => (
                <Hit key={one.code} service={one} chosen={one === picked} onPick={() => pick(one)} onOpen={main} />
              ))}
          </div>
        </div>
      </div>
    </Page>
  );
}

const idOf = ({ code }: PublicService): string => `service-${code}`;

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
  const why = service.paused ? t(service.paused.reason) : t(service.version?.elsewhere);
  return (
    <div
      id={idOf(service)}
      role="option"
      aria-selected={chosen}
      className={styles.hit}
      onClick={onPick}
      onDoubleClick={onOpen}
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
