import { useLanguage } from '../../language/language.tsx';
import { ScanPanel } from '../../documents/scan-panel.tsx';
import { useScanKeys } from '../../documents/use-scan-keys.ts';
import { Choice } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { LineField } from '../fields/fields.tsx';
import { useDraftForm } from '../draft-form.tsx';
import { findRequestedEvidence } from '../model/service.ts';
import type { EvidenceRequirement } from '../model/service.ts';
import { textOf } from '../model/form-values.ts';
import type { EvidencePresentation } from '../model/form-values.ts';
import { VisitPage } from './visit-page.tsx';
import styles from './documents.module.css';

/** Which documents were shown, and how. Nothing is preselected: the specialist attests it. */
export function DocumentsScreen() {
  const { t } = useLanguage();
  const { next, service, content } = useDraftForm();
  const documents = findRequestedEvidence(service, content);
  useScanKeys();
  return (
    <VisitPage main={{ label: t(VISIT.goOn), run: next }}>
      <div className={styles.head}>
        <Title focus={false}>{t(VISIT.papersTitle)}</Title>
        <p>{t(VISIT.papersHelp)}</p>
      </div>
      <div className={styles.papers}>
        {documents.map((document) => (
          <DocumentRow key={document.kind} document={document} digits={documents.length === 1} />
        ))}
      </div>
    </VisitPage>
  );
}

function DocumentRow({ document, digits }: { document: EvidenceRequirement; digits: boolean }) {
  const { t } = useLanguage();
  const { draft, values, setValue, errorAt, sync } = useDraftForm();
  const pointer = `/evidence/${document.kind}`;
  const presentation = textOf(values, `${pointer}/how`) as EvidencePresentation | '';
  const presentations: EvidencePresentation[] = document.accepts?.includes('verification-code')
    ? ['seen', 'code', 'later']
    : ['seen', 'later'];
  const labels = { seen: VISIT.seen, code: VISIT.code, later: document.required ? VISIT.later : VISIT.none };
  return (
    <div className={styles.paper}>
      <div className={styles.what} aria-hidden="true">
        <strong>{t(document.title)}</strong>
        {!document.required && <span>{t(VISIT.ifAny)}</span>}
        {presentation === 'later' && document.required && <span>{t(VISIT.laterHint)}</span>}
      </div>
      <div className={styles.how}>
        <Choice
          id={`${pointer}/how`}
          label={document.required ? t(document.title) : `${t(document.title)}, ${t(VISIT.ifAny)}`}
          labelHidden
          variant="segments"
          digits={digits}
          error={errorAt(`${pointer}/how`)}
          options={presentations.map((value) => ({ value, label: t(labels[value]) }))}
          value={presentation || undefined}
          onChange={(value) => setValue(`${pointer}/how`, value)}
        />
      </div>
      {presentation === 'seen' && (
        <div className={styles.more}>
          <LineField pointer={`${pointer}/number`} label={FIELDS.seriesAndNumber} maxLength={100} optional narrow />
        </div>
      )}
      {presentation === 'code' && (
        <div className={styles.more}>
          <LineField pointer={`${pointer}/code`} label={FIELDS.paperCode} maxLength={100} narrow />
        </div>
      )}
      <div className={styles.more}>
        <ScanPanel
          application={draft.id}
          kind={document.kind}
          title={t(document.title)}
          document={textOf(values, `${pointer}/copy`) || undefined}
          onDocument={(name) => setValue(`${pointer}/copy`, name)}
          onAdd={sync.flushAll}
        />
      </div>
    </div>
  );
}
