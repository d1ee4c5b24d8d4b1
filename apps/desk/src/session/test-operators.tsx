import { useId, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { operatorsRead } from '../api/reads.ts';
import type { Operator } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { useKeys } from '../keys/keys.tsx';
import { ROLES, SESSION } from '../texts/session.ts';
import styles from './sign-in.module.css';

const SHOWN = 8;

interface TestOperatorsProps {
  /** Who covered the screen. */
  back: string | undefined;
  /** They stand under other ways to sign in, and do not begin the page. */
  under: boolean;
  busy: boolean;
  onChoose: (operator: string) => void;
}

/** Whom the local provider offers: the one who was here at once, else anybody by name or centre. */
export function TestOperators({ back, under, busy, onChoose }: TestOperatorsProps) {
  const { t } = useLanguage();
  const operators = useQuery(operatorsRead);
  const [query, setQuery] = useState('');
  const found = useMemo(() => matching(operators.data ?? [], query), [operators.data, query]);
  const known = operators.data?.find(({ name }) => name === back);
  useKeys([back !== undefined && { code: 'Enter', does: () => onChoose(back) }]);
  if (back !== undefined) {
    return (
      <div className={styles.back}>
        <Button look={under ? 'outlined' : 'filled'} large wide cap="Enter" busy={busy} onClick={() => onChoose(back)}>
          {t(SESSION.goOn)}
        </Button>
        {known && <p className={styles.quiet}>{known.centre?.replace('centres/', '')}</p>}
      </div>
    );
  }
  if (operators.isPending) return <Skeleton />;
  if (operators.isError) return <Failed error={operators.error} onAgain={() => void operators.refetch()} />;
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
        <TextInput value={query} onChange={setQuery} first={!under} start={<Search size={18} aria-hidden="true" />} />
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
