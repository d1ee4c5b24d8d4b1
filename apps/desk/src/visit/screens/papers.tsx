import { useLanguage } from '../../language/language.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { LineField } from '../fields/fields.tsx';
import { useFilling } from '../filling.tsx';
import { papersAsked } from '../model/service.ts';
import type { Paper } from '../model/service.ts';
import { textOf } from '../model/typed.ts';
import type { Shown } from '../model/typed.ts';
import { Page } from './page.tsx';
import styles from './papers.module.css';

/** Which papers are here, and how each was shown. Nothing is preselected: what was seen is a word of the specialist. */
export function PapersScreen() {
  const { t } = useLanguage();
  const { next, service, content } = useFilling();
  const papers = papersAsked(service, content);
  return (
    <Page main={{ says: t(VISIT.goOn), does: next }}>
      <div className={styles.head}>
        <Title focus={false}>{t(VISIT.papersTitle)}</Title>
        <p>{t(VISIT.papersHelp)}</p>
      </div>
      <div className={styles.papers}>
        {papers.map((paper) => (
          <PaperRow key={paper.kind} paper={paper} digits={papers.length === 1} />
        ))}
      </div>
    </Page>
  );
}

function PaperRow({ paper, digits }: { paper: Paper; digits: boolean }) {
  const { t } = useLanguage();
  const { typed, set, errorAt } = useFilling();
  const at = `/evidence/${paper.kind}`;
  const how = textOf(typed, `${at}/how`) as Shown | '';
  const ways: Shown[] = paper.accepts?.includes('verification-code') ? ['seen', 'code', 'later'] : ['seen', 'later'];
  const says = { seen: VISIT.seen, code: VISIT.code, later: paper.required ? VISIT.later : VISIT.none };
  return (
    <div className={styles.paper}>
      <div className={styles.what} aria-hidden="true">
        <strong>{t(paper.title)}</strong>
        {!paper.required && <span>{t(VISIT.ifAny)}</span>}
        {how === 'later' && paper.required && <span>{t(VISIT.laterHint)}</span>}
      </div>
      <div className={styles.how}>
        <Choice
          id={`${at}/how`}
          label={paper.required ? t(paper.title) : `${t(paper.title)}, ${t(VISIT.ifAny)}`}
          labelHidden
          look="segments"
          digits={digits}
          error={errorAt(`${at}/how`)}
          options={ways.map((value) => ({ value, says: t(says[value]) }))}
          value={how || undefined}
          onChange={(value) => set(`${at}/how`, value)}
        />
      </div>
      {how === 'seen' && (
        <div className={styles.more}>
          <LineField at={`${at}/number`} label={FIELDS.paperNumber} maxLength={100} optional narrow />
        </div>
      )}
      {how === 'code' && (
        <div className={styles.more}>
          <LineField at={`${at}/code`} label={FIELDS.paperCode} maxLength={100} narrow />
        </div>
      )}
    </div>
  );
}
