import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { groupAccesses } from '@cups/application';
import { LOOK_TEXTS } from '@cups/application/texts';
import { fileRead, looksRead } from '../api/reads.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { Button } from '../parts/button.tsx';
import { printLooks } from '../print/fetched.tsx';
import { FILE, PAPERS } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { PrintFault } from './paper-buttons.tsx';
import { useRegistry } from '../session/registry.ts';
import { nameOfOperator } from './operators.ts';
import { whenOf } from './state-words.ts';
import styles from './application.module.css';

const HEADS = [FILE.looksFirst, FILE.looksLast, FILE.looksWho, FILE.looksWhat, FILE.looksCount];

/** Who looked at an application, and when, by operator and 15 minutes: every person may ask for it. */
export default function Looks({ id }: { id: string }) {
  const { t, language } = useLanguage();
  const [, go] = useLocation();
  const looks = useQuery(looksRead(id));
  const when = (time: string) => whenOf(time, { language, today: today() });
  useKeys([{ code: 'Escape', says: KEYS.back, does: () => go(`/applications/${id}`) }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${id}`}>{t(FILE.back)}</Link>
          <Title>{t(FILE.looksTitle)}</Title>
        </div>
        <PrintLooks id={id} />
        {looks.isPending && <Skeleton />}
        {looks.isError && <Failed error={looks.error} onAgain={() => void looks.refetch()} />}
        {looks.data && (
          <table className={styles.table}>
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head.ro} scope="col">
                    {t(head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {groupAccesses(looks.data.looks).map(({ first, last, count, kinds }) => (
                <tr key={`${last.by} ${first.lookTime}`}>
                  <td data-head={t(FILE.looksFirst)}>{when(first.lookTime)}</td>
                  <td data-head={t(FILE.looksLast)}>{when(last.lookTime)}</td>
                  <th scope="row">{nameOfOperator(looks.data.operators, last.by, t)}</th>
                  <td data-head={t(FILE.looksWhat)}>{kinds.map((kind) => t(LOOK_TEXTS[kind])).join(', ')}</td>
                  <td data-head={t(FILE.looksCount)}>{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Screen>
  );
}

/** For the person, who may ask for it. */
function PrintLooks({ id }: { id: string }) {
  const { t } = useLanguage();
  const registry = useRegistry();
  const { data } = useQuery(fileRead(id));
  const [fault, setFault] = useState<unknown>();
  const print = () => {
    setFault(undefined);
    if (data && registry) printLooks(data.application, registry).catch(setFault);
  };
  const known = data !== undefined && registry !== undefined;
  useKeys([known && { code: 'KeyP', says: KEYS.print, does: print }]);
  if (!known) return null;
  return (
    <div>
      <Button icon={Printer} cap="KeyP" onClick={print}>
        {t(PAPERS.looks)}
      </Button>
      {fault !== undefined && <PrintFault error={fault} />}
    </div>
  );
}
