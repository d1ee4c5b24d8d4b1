import { useId, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Lock, Search } from 'lucide-react';
import { isPassing, Refusal } from '../api/client.ts';
import { operatorsRead, providersRead } from '../api/reads.ts';
import type { Operator } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { useKeys } from '../keys/keys.tsx';
import { REASON_TEXTS } from '@cups/application/texts';
import { ROLES, SESSION } from '../texts/session.ts';
import { Outside } from './outside.tsx';
import { useDoors } from './session.tsx';
import type { Why } from './session.tsx';
import styles from './sign-in.module.css';

/** Where nobody is signed in: after the screen was covered too, and it then tells nothing of what is behind it. */

const WHY = { covered: SESSION.covered, ended: SESSION.ended, suspended: SESSION.suspended } as const;
const SHOWN = 8;

export function SignIn({ why, who }: { why?: Why | undefined; who?: string | undefined }) {
  const { t } = useLanguage();
  const providers = useQuery(providersRead);
  const enter = useEntering();
  const [another, setAnother] = useState(false);
  const back = who !== undefined && !another ? who : undefined;
  return (
    <Outside>
      <div className={styles.head}>
        {why === 'covered' && <Lock size={28} aria-hidden="true" />}
        <h1>{t(why === 'covered' ? SESSION.covered : SESSION.title)}</h1>
        <p>{t(why === 'covered' ? SESSION.coveredSafe : why ? WHY[why] : SESSION.lead)}</p>
      </div>
      {enter.fault && (
        <p role="alert" className={styles.fault}>
          {enter.fault}
        </p>
      )}
      {providers.isPending && <Skeleton />}
      {providers.isError && <Failed error={providers.error} onAgain={() => void providers.refetch()} />}
      {providers.data?.providers.length === 0 && <p>{t(SESSION.noProvider)}</p>}
      {providers.data?.providers.map(({ name, displayName, listsOperators }) =>
        listsOperators ? (
          <TestOperators
            key={name}
            back={back}
            onAnother={() => setAnother(true)}
            busy={enter.busy}
            onChoose={(operator) => void enter.as(name, operator)}
          />
        ) : (
          <Button key={name} look="filled" large wide busy={enter.busy} onClick={() => void enter.as(name)}>
            {t(displayName)}
          </Button>
        ),
      )}
    </Outside>
  );
}

function useEntering() {
  const { t } = useLanguage();
  const { signIn } = useDoors();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const as = async (provider: string, operator?: string) => {
    setBusy(true);
    setFault('');
    try {
      await signIn(provider, operator);
    } catch (error) {
      if (!(error instanceof Refusal) && !isPassing(error)) throw error;
      setFault(t(error instanceof Refusal ? REASON_TEXTS[error.reason] : SESSION.silent));
    } finally {
      setBusy(false);
    }
  };
  return { busy, fault, as };
}

interface TestOperatorsProps {
  /** Who covered the screen. */
  back: string | undefined;
  onAnother: () => void;
  busy: boolean;
  onChoose: (operator: string) => void;
}

function TestOperators({ back, onAnother, busy, onChoose }: TestOperatorsProps) {
  const { t } = useLanguage();
  const operators = useQuery(operatorsRead);
  const [query, setQuery] = useState('');
  const found = useMemo(() => matching(operators.data ?? [], query), [operators.data, query]);
  const known = operators.data?.find(({ name }) => name === back);
  useKeys([back !== undefined && { code: 'Enter', does: () => onChoose(back) }]);
  if (operators.isPending) return <Skeleton />;
  if (operators.isError) return <Failed error={operators.error} onAgain={() => void operators.refetch()} />;
  if (back !== undefined) {
    return (
      <div className={styles.back}>
        <Button look="filled" large wide cap="Enter" busy={busy} onClick={() => onChoose(back)}>
          {t(SESSION.goOn)}
        </Button>
        {known && <p className={styles.quiet}>{known.centre?.replace('centres/', '')}</p>}
        <Button look="text" onClick={onAnother}>
          {t(SESSION.somebodyElse)}
        </Button>
      </div>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        const [first] = found;
        if (first && query) onChoose(first.name);
      }}
    >
      <Field label={t(SESSION.find)} help={t(SESSION.testOnly)}>
        <TextInput value={query} onChange={setQuery} first start={<Search size={18} aria-hidden="true" />} />
      </Field>
      <OperatorList found={found} onChoose={onChoose} />
    </form>
  );
}

function OperatorList({ found, onChoose }: { found: Operator[]; onChoose: (operator: string) => void }) {
  const { t } = useLanguage();
  const told = useId();
  const rest = found.length - SHOWN;
  return (
    <>
      <ul className={styles.list} aria-describedby={told}>
        {found.slice(0, SHOWN).map(({ name, displayName, roles, centre, agency }) => (
          <li key={name}>
            <button type="button" onClick={() => onChoose(name)}>
              <strong>{displayName}</strong>
              <span>
                {roles.map((role) => t(ROLES[role])).join(', ')} ·{' '}
                {(centre ?? agency)?.replace(/^.*\//, '') ?? t(SESSION.platform)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p id={told} className={styles.quiet} role="status">
        {found.length === 0 ? t(SESSION.nobody) : rest > 0 ? t(SESSION.more, { n: rest }) : ''}
      </p>
    </>
  );
}

/** Letters as people type them: without marks, in any case. Specialists come first. */
function matching(operators: Operator[], query: string): Operator[] {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain(query).split(/\s+/).filter(Boolean);
  const rank = ({ roles }: Operator) => (roles.includes('specialist') ? 0 : 1);
  return operators
    .filter(({ name, displayName, suspended }) => {
      const text = plain(`${displayName} ${name}`);
      return !suspended && words.every((word) => text.includes(word));
    })
    .sort((a, b) => rank(a) - rank(b));
}
