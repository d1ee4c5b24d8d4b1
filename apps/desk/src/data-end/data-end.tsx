import { useState } from 'react';
import { useLocation } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { ApplicationField } from '../supervisor/application-field.tsx';
import { parseApplicationName } from '../supervisor/application-name.ts';
import { SupervisorScreen } from '../supervisor/supervisor-screen.tsx';
import styles from '../supervisor/supervisor.module.css';
import { DATA_END } from '../texts/data-end.ts';
import { DataState } from './data-state.tsx';
import { ErasureList } from './erasure-list.tsx';

/** When personal data of applications end, what their people asked for, and what was erased. For supervisors. */
export default function DataEndScreen({ application: id }: { application?: string | undefined }) {
  const [, go] = useLocation();
  return (
    <SupervisorScreen title={DATA_END.title} lead={DATA_END.lead}>
      <FindForm initial={id ?? ''} onFound={(found) => go(`/data-ends/${found}`)} />
      {id && parseApplicationName(id) && <DataState key={id} id={id} />}
      <ErasureList />
    </SupervisorScreen>
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
