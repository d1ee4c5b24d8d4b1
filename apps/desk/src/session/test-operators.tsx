import { useId, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { operatorsQuery } from '../api/queries.ts';
import type { Operator } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { useKeys } from '../keys/keys.tsx';
import { ROLES, SESSION } from '../texts/session.ts';
import styles from './sign-in.module.css';

const MAX_SHOWN = 8;

interface TestOperatorsProps {
  /** The operator of the locked session. */
  resumeAs: string | undefined;
  /** Shown below other providers, without the focus. */
  isSecondary: boolean;
  busy: boolean;
  onChoose: (operator: string) => void;
}

/** The operators of the local test provider, found by name or centre; the locked session's operator first. */
export default function TestOperators({ resumeAs, isSecondary, busy, onChoose }: TestOperatorsProps) {
  const { t } = useLanguage();
  const operators = useQuery(operatorsQuery);
  const [query, setQuery] = useState('');
  const found = useMemo(() => matchOperators(operators.data ?? [], query), [operators.data, query]);
  const knownOperator = operators.data?.find(({ name }) => name === resumeAs);
  useKeys([resumeAs !== undefined && { code: 'Enter', run: () => onChoose(resumeAs) }]);
  if (resumeAs !== undefined) {
    return (
      <div className={styles.back}>
        <Button
          variant={isSecondary ? 'outlined' : 'filled'}
          large
          wide
          cap="Enter"
          busy={busy}
          onClick={() => onChoose(resumeAs)}
        >
          {t(SESSION.goOn)}
        </Button>
        {knownOperator && <p className={styles.quiet}>{knownOperator.centre?.replace('centres/', '')}</p>}
      </div>
    );
  }
  if (operators.isPending) return <Skeleton />;
  if (operators.isError) return <LoadError error={operators.error} onRetry={() => void operators.refetch()} />;
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
        <TextInput
          value={query}
          onChange={setQuery}
          focusOnMount={!isSecondary}
          start={<Search size={18} aria-hidden="true" />}
        />
      </Field>
      <OperatorList found={found} onChoose={onChoose} />
    </form>
  );
}

function OperatorList({ found, onChoose }: { found: Operator[]; onChoose: (operator: string) => void }) {
  const { t } = useLanguage();
  const statusId = useId();
  const rest = found.length - MAX_SHOWN;
  return (
    <>
      <ul className={styles.list} aria-describedby={statusId}>
        {found.slice(0, MAX_SHOWN).map(({ name, displayName, roles, centre, agency }) => (
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
      <p id={statusId} className={styles.quiet} role="status">
        {found.length === 0 ? t(SESSION.nobody) : rest > 0 ? t(SESSION.more, { n: rest }) : ''}
      </p>
    </>
  );
}

/** Finds operators by words, without case and diacritics. Specialists come first. */
function matchOperators(operators: Operator[], query: string): Operator[] {
  const normalize = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const terms = normalize(query).split(/\s+/).filter(Boolean);
  const rank = ({ roles }: Operator) => (roles.includes('specialist') ? 0 : 1);
  return operators
    .filter(({ name, displayName, suspended }) => {
      const text = normalize(`${displayName} ${name}`);
      return !suspended && terms.every((word) => text.includes(word));
    })
    .sort((a, b) => rank(a) - rank(b));
}
