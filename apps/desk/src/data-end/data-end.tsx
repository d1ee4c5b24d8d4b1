import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { ApplicationField } from '../supervisor/application-field.tsx';
import { parseApplicationName } from '../supervisor/application-name.ts';
import styles from '../supervisor/supervisor.module.css';
import { DATA_END } from '../texts/data-end.ts';
import { KEYS } from '../texts/keys.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { DataState } from './data-state.tsx';
import { ErasureList } from './erasure-list.tsx';

/** When personal data of applications end, what their people asked for, and what was erased. For supervisors. */
export default function DataEndScreen({ application: id }: { application?: string | undefined }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go('/centres') }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href="/centres">{t(SUPERVISOR.title)}</Link>
          <Title>{t(DATA_END.title)}</Title>
          <p>{t(DATA_END.lead)}</p>
        </div>
        <FindForm initial={id ?? ''} onFound={(found) => go(`/data-ends/${found}`)} />
        {id && parseApplicationName(id) && <DataState key={id} id={id} />}
        <ErasureList />
      </div>
    </Screen>
  );
}

function FindForm({ initial, onFound }: { initial: string; onFound: (id: string) => void }) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(initial);
  const [isSubmitted, setIsSubmitted] = useState(false);
  const application = parseApplicationName(typed);
  const find = () => {
    setIsSubmitted(true);
    if (application) onFound(application.slice('applications/'.length));
  };
  return (
    <form className={styles.hold} onSubmit={(event) => (event.preventDefault(), find())}>
      <ApplicationField value={typed} onChange={setTyped} isSubmitted={isSubmitted} />
      <div>
        <Button type="submit">{t(DATA_END.find)}</Button>
      </div>
    </form>
  );
}
