import { useLayoutEffect, useMemo, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { Link } from 'wouter';
import type { PublicService } from '../../api/types.ts';
import { useKeys } from '../../keys/keys.tsx';
import { readTypeAhead, takeTypeAhead } from '../../keys/type-ahead.ts';
import { useLanguage } from '../../language/language.tsx';
import { plural } from '../../language/plurals.ts';
import { FieldError, TextInput } from '../../parts/field.tsx';
import { Title } from '../../parts/screen.tsx';
import { PLACE } from '../../queue/place.ts';
import type { Place } from '../../queue/place.ts';
import { SERVICES } from '../../texts/counts.ts';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { useFilling } from '../filling.tsx';
import { askedOften, isOpenHere, servicesFor } from '../model/finding.ts';
import { useParked } from '../park.ts';
import { useBringThis } from '../use-papers.tsx';
import { Page } from './page.tsx';
import { idOf, ServiceList } from './service-list.tsx';
import { ServicePane } from './service-pane.tsx';
import styles from './service.module.css';

const MOST_HITS = 8;

/** Which service: found as people say it, with what it takes beside it. */
export function ServiceScreen() {
  const { t, language } = useLanguage();
  const { choose, held, hold } = useFilling();
  const { query, setQuery, found, often, picked, pick } = useFound(goOn);
  const bringThis = useBringThis(picked);
  function goOn(service: PublicService | undefined): void {
    if (!service) return hold(t(VISIT.chooseFirst));
    if (!isOpenHere(service)) return hold(t(VISIT.chooseOther));
    choose(service.code);
  }
  const main = () => goOn(picked);
  return (
    <Page
      main={{ says: t(VISIT.toPerson), does: main, cap: 'Enter' }}
      side={picked && <ServicePane service={picked} onPrint={bringThis} />}
      hint={<Arrows />}
    >
      <Parked />
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
        start={<Search size={20} aria-hidden="true" />}
        end={found && found.length > 0 ? plural(found.length, language, SERVICES) : undefined}
        value={query}
        onChange={setQuery}
      />
      {held && <FieldError>{held}</FieldError>}
      <ServiceList found={found} often={often} picked={picked} onPick={pick} onOpen={main} />
    </Page>
  );
}

/** Where the visit before went, when it was put aside just now. */
function Parked() {
  const { t } = useLanguage();
  const parked = useParked();
  const reads = useQueryClient();
  if (!parked) return null;
  return (
    <p role="status" className={styles.parked}>
      {t(VISIT.parked)}{' '}
      <Link href="/" onClick={() => reads.setQueryData<Place>(PLACE, { bucket: 'drafts' })}>
        {t(VISIT.toDrafts)}
      </Link>
    </p>
  );
}

/**
 * What fits what is typed, and which of it is picked: the best, until the arrows or a press pick another.
 * @param goOn with the best, when Enter was pressed before this screen was there
 */
function useFound(goOn: (service: PublicService | undefined) => void) {
  const { registry, service, hold } = useFilling();
  const [query, setQuery] = useState(readTypeAhead);
  const [code, setCode] = useState(service?.code);
  // What was typed before this screen was there; from the first moment in which it is seen, keys are its own.
  useLayoutEffect(() => {
    takeTypeAhead((text, entered) => {
      if (text === '') return;
      setQuery(text);
      if (entered) goOn(servicesFor(registry, text)?.[0]);
    });
  });
  const found = useMemo(() => servicesFor(registry, query)?.slice(0, MOST_HITS), [registry, query]);
  const often = useMemo(() => askedOften(registry).filter((one) => !found?.includes(one)), [registry, found]);
  const shown = [...(found ?? []), ...often];
  const chosen = query === '' ? service : undefined;
  const picked = shown.find((one) => one.code === code) ?? found?.[0] ?? chosen;

  function pick(one: PublicService | undefined): void {
    if (!one) return;
    setCode(one.code);
    hold(undefined);
    document.getElementById(idOf(one))?.scrollIntoView({ block: 'nearest' });
  }
  const now = picked ? shown.indexOf(picked) : -1;
  useKeys([
    {
      code: 'ArrowDown',
      says: KEYS.down,
      does: () => pick(shown[Math.min(now + 1, shown.length - 1)]),
      inFields: true,
    },
    { code: 'ArrowUp', says: KEYS.up, does: () => pick(shown[Math.max(now - 1, 0)]), inFields: true },
  ]);
  return {
    query,
    found,
    often,
    picked,
    pick,
    setQuery(text: string) {
      setQuery(text);
      setCode(undefined);
      hold(undefined);
    },
  };
}

function Arrows() {
  const { t } = useLanguage();
  return (
    <span className={styles.arrows}>
      <span aria-hidden="true">
        <kbd>↑</kbd>
        <kbd>↓</kbd>
      </span>
      {t(VISIT.arrows)}
    </span>
  );
}
