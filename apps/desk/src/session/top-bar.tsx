import { useEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { flushSync } from 'react-dom';
import { Inbox, Lock, Map as MapIcon, Menu, Plus, Search, Users, X } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { KeyCap } from '../keys/key-cap.tsx';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { formatBucketCount } from '../queue/bucket-count.ts';
import { KEYS } from '../texts/keys.ts';
import { SESSION } from '../texts/session.ts';
import { LanguageChoice } from './language-choice.tsx';
import { AccountMenu } from './account-menu.tsx';
import { hasTeam, hasDeskRole } from './roles.ts';
import { useSession, useSignedIn } from './session.tsx';
import styles from './shell.module.css';
import { useCollapsibleBar } from './use-collapsible-bar.ts';

/**
 * The top bar: centre or agency, open visits, search, language and account. In a narrow window a menu holds all but centre and
 * lock.
 */

export interface TopBarProps {
  /** Tabs of the open visits. */
  tabs?: ReactNode;
  /** Number of rows in the bucket `today`. */
  count?: number | undefined;
  onVisit: () => void;
  onFind: (query: string) => void;
}

export function TopBar({ onFind, ...tabs }: TopBarProps) {
  const { t } = useLanguage();
  const { lock } = useSession();
  const hasQueue = hasDeskRole(useSignedIn().session.operator);
  const { open, setOpen, bar } = useMenu();
  const field = useRef<HTMLInputElement>(null);
  useCollapsibleBar(bar);
  const search = () => {
    const isInMenu = field.current?.offsetParent === null;
    // Shows the field now, so that the next key goes into it.
    if (isInMenu) flushSync(() => setOpen(true));
    field.current?.select();
  };
  const find = (query: string) => {
    setOpen(false);
    onFind(query);
  };
  useKeys([
    hasQueue && { code: 'F2', label: KEYS.search, run: search },
    open && { code: 'Escape', run: () => setOpen(false) },
  ]);
  return (
    <header ref={bar} className={styles.top}>
      <button
        type="button"
        className={styles.menu}
        aria-label={t(SESSION.menu)}
        aria-expanded={open}
        aria-controls="menu"
        onClick={() => setOpen(!open)}
      >
        {open ? <X size={20} aria-hidden="true" /> : <Menu size={20} aria-hidden="true" />}
      </button>
      <CurrentCentre />
      <div id="menu" className={styles.panel} data-open={open}>
        <Tabs {...tabs} />
        {hasQueue && <SearchForm field={field} onFind={find} />}
        <LanguageChoice />
        <AccountMenu />
      </div>
      {hasQueue && (
        <button type="button" className={styles.search} aria-label={t(KEYS.search)} onClick={search}>
          <Search size={20} aria-hidden="true" />
        </button>
      )}
      <button type="button" className={styles.lock} aria-label={`${t(KEYS.lock)} (F8)`} onClick={lock}>
        <Lock size={18} aria-hidden="true" />
      </button>
    </header>
  );
}

/** The menu of a narrow window. It closes on navigation and on a click outside. */
function useMenu() {
  const [path] = useLocation();
  const [openAt, setOpenAt] = useState<string>();
  const bar = useRef<HTMLElement>(null);
  const open = openAt === path;
  useEffect(() => {
    if (!open) return undefined;
    const onPointerDown = ({ target }: Event) => {
      if (target instanceof Node && !bar.current?.contains(target)) setOpenAt(undefined);
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [open]);
  return { open, setOpen: (isOpen: boolean) => setOpenAt(isOpen ? path : undefined), bar };
}

function Tabs({ tabs, count, onVisit }: Omit<TopBarProps, 'onFind'>) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const hasQueue = hasDeskRole(operator);
  const [path] = useLocation();
  return (
    <nav className={styles.tabs}>
      {hasQueue && (
        <Link href="/" className={styles.queue} aria-current={path === '/' ? 'page' : undefined}>
          <Inbox size={18} aria-hidden="true" />
          <strong>{t(SESSION.queue)}</strong>
          {count !== undefined && <span>{formatBucketCount(count)}</span>}
        </Link>
      )}
      {operator.roles.includes('supervisor') && (
        <Link href="/centres" aria-current={path === '/centres' ? 'page' : undefined}>
          <MapIcon size={18} aria-hidden="true" />
          <strong>{t(SESSION.centres)}</strong>
        </Link>
      )}
      {tabs}
      {hasQueue && (
        <button type="button" className={styles.fresh} onClick={onVisit}>
          <Plus size={18} aria-hidden="true" />
          <span className={styles.words}>{t(SESSION.newVisit)}</span>
          <KeyCap code="KeyN" />
        </button>
      )}
      {hasTeam(operator) && (
        <Link href="/team" className={styles.team} aria-current={path.startsWith('/team') ? 'page' : undefined}>
          <Users size={18} aria-hidden="true" />
          <strong>{t(SESSION.team)}</strong>
        </Link>
      )}
    </nav>
  );
}

function CurrentCentre() {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const centre = session.centres?.find(({ name }) => name === session.centre);
  // A clerk of an agency has no centre.
  const agency = centre ? undefined : session.agency;
  const line = centre ? [centre.district, 'CUPS'].filter(Boolean).join(' · ') : agency ? 'CUPS' : t(SESSION.platform);
  return (
    <div className={agency ? `${styles.place} ${styles.agency}` : styles.place}>
      <strong>{centre?.displayName ?? (agency ? t(agency.displayName) : 'CUPS')}</strong>
      <span>{line}</span>
    </div>
  );
}

interface SearchFormProps {
  field: RefObject<HTMLInputElement | null>;
  onFind: (query: string) => void;
}

/** The search box. Neither the URL nor the history contains the query. */
function SearchForm({ field, onFind }: SearchFormProps) {
  const { t } = useLanguage();
  const [path] = useLocation();
  const [typed, setTyped] = useState({ at: path, query: '' });
  // Clears the query when the screen changes: another applicant may see it.
  const query = typed.at === path ? typed.query : '';
  return (
    <form
      role="search"
      className={styles.finder}
      onSubmit={(event) => {
        event.preventDefault();
        if (!query.trim()) return;
        setTyped({ at: '/find', query });
        onFind(query.trim());
      }}
    >
      <Search size={18} aria-hidden="true" />
      <input
        ref={field}
        type="search"
        autoComplete="off"
        spellCheck={false}
        aria-label={t(SESSION.search)}
        placeholder={t(SESSION.search)}
        value={query}
        onChange={(event) => setTyped({ at: path, query: event.target.value })}
      />
      <KeyCap code="F2" quiet />
    </form>
  );
}
