import { useState } from 'react';
import { plainWords } from '@cups/application';
import type { ApplicationFile, Evidence } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { useKept } from '../keeping/use-kept.ts';
import { quoted } from '../language/text.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, FieldError, TextInput } from '../parts/field.tsx';
import { DOCS, FILE } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/named.ts';
import { useRegistry } from '../session/registry.ts';
import { dayParams } from './state-words.ts';
import type { Acting } from './use-act.ts';
import styles from './application.module.css';

/** The papers that the agency asks for: each is brought now, comes later, or cannot be had. */

type What = 'now' | 'later' | 'never';
interface Said {
  what?: What | undefined;
  number: string;
  why: string;
}
const NOTHING: Said = { number: '', why: '' };

export function Documents({ file, acting }: { file: ApplicationFile; acting: Acting }) {
  const { t } = useLanguage();
  const request = file.application.documentRequest;
  const about = `${file.application.id} ${request?.id ?? ''}`;
  const [said, setSaid, forget] = useKept<Record<string, Said>>('documents', about, () => ({}));
  const [tried, setTried] = useState(false);
  const open = openKinds(file);
  const answer = answerOf(open, said);
  const unexplained = open.some((kind) => said[kind]?.what === 'never' && !said[kind].why.trim());
  const send = async () => {
    setTried(true);
    if (!answer || unexplained) return;
    // The outbox has it now; what is refused comes back.
    forget();
    if (!(await acting.act('supply-documents', answer))) setSaid(said);
    else setSaid({});
  };
  useKeys([
    {
      code: 'KeyA',
      says: KEYS.documents,
      does: () => document.querySelector<HTMLElement>('[data-documents] input')?.focus(),
    },
    { code: 'Ctrl+Enter', says: KEYS.main, does: () => void send() },
  ]);
  if (!request) return null;
  return (
    <div data-documents>
      <h2 className="heard">{t(DOCS.title)}</h2>
      <ul className={styles.documents}>
        {(request.evidenceKinds ?? []).map((kind) => (
          <OneDocument
            key={kind}
            kind={kind}
            file={file}
            brought={!open.includes(kind)}
            said={said[kind] ?? NOTHING}
            tried={tried}
            onSay={(one) => setSaid(Object.assign({}, said, { [kind]: one }))}
          />
        ))}
      </ul>
      {tried && !answer && <FieldError>{t(DOCS.nothing)}</FieldError>}
      <div className={styles.ways}>
        <Button
          look="filled"
          cap="Ctrl+Enter"
          busy={acting.busy === 'supply-documents'}
          doing={t(FILE.sending)}
          onClick={() => void send()}
        >
          {t(DOCS.send)}
        </Button>
      </div>
    </div>
  );
}

interface OneDocumentProps {
  kind: string;
  file: ApplicationFile;
  brought: boolean;
  said: Said;
  tried: boolean;
  onSay: (said: Said) => void;
}

function OneDocument({ kind, file, brought, said, tried, onSay }: OneDocumentProps) {
  const { t, language } = useLanguage();
  const registry = useRegistry();
  const request = file.application.documentRequest;
  const title = t(evidenceTitle(registry, kind));
  const words = request?.documents?.find((one) => one.kind === kind)?.note;
  const until = request?.answerBy ? dayParams(request.answerBy, { language, today: today() }) : undefined;
  const hints = { now: t(DOCS.seen), later: until ? t(DOCS.canLater, until) : '', never: '' };
  const more = brought ? t(DOCS.before) : said.what ? hints[said.what] : t(DOCS.choose);
  return (
    <li>
      <div className={styles.document}>
        <div>
          <h3>{title}</h3>
          <p className={styles.quiet}>{words ? quoted(plainWords(words), language) : more}</p>
        </div>
        {!brought && (
          <Choice
            label={title}
            labelHidden
            look="segments"
            options={(['now', 'later', 'never'] as const).map((value) => ({ value, says: t(DOCS[value]) }))}
            value={said.what}
            onChange={(what) => onSay({ what, number: said.number, why: said.why })}
          />
        )}
      </div>
      {said.what === 'now' && (
        <Field label={t(DOCS.number)} mark={t({ ro: 'dacă are', ru: 'если есть', en: 'if it has any' })}>
          <TextInput
            small
            value={said.number}
            maxLength={100}
            onChange={(number) => onSay({ what: said.what, number, why: said.why })}
          />
        </Field>
      )}
      {said.what === 'never' && (
        <Field label={t(DOCS.why)} error={tried && !said.why.trim() && t(DOCS.whyMissing)}>
          <TextInput
            small
            value={said.why}
            maxLength={500}
            onChange={(why) => onSay({ what: said.what, number: said.number, why })}
          />
        </Field>
      )}
    </li>
  );
}

function openKinds({ application: { documentRequest: request } }: ApplicationFile): string[] {
  const answered = [...(request?.suppliedKinds ?? []), ...(request?.unavailable ?? []).map(({ kind }) => kind)];
  return (request?.evidenceKinds ?? []).filter((kind) => !answered.includes(kind));
}

/** The body of supply-documents; undefined when nothing is said of any paper. */
function answerOf(open: string[], said: Record<string, Said>): Record<string, unknown> | undefined {
  const of = (what: What) => open.filter((kind) => said[kind]?.what === what);
  const evidence = of('now').map((kind): Evidence => {
    const number = said[kind]?.number.trim();
    return number ? { kind, number, originalSeen: true } : { kind, originalSeen: true };
  });
  const unavailable = of('never').map((kind) => ({ kind, reason: said[kind]?.why.trim() ?? '' }));
  if (evidence.length + unavailable.length === 0) return undefined;
  const body: Record<string, unknown> = {};
  if (evidence.length > 0) body['evidence'] = evidence;
  if (unavailable.length > 0) body['unavailable'] = unavailable;
  return body;
}
