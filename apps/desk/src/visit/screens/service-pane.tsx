import { FileText, IdCard, Printer } from 'lucide-react';
import type { PublicService } from '../../api/types.ts';
import { feeText, termText } from '../../language/terms.ts';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { VISIT } from '../../texts/visit.ts';
import { FEE_TEXTS, TERM_TEXTS } from '../../texts/content.ts';
import { useDraftForm } from '../draft-form.tsx';
import { isAvailableHere } from '../model/service-search.ts';
import { findAgency, splitCostOptions } from '../model/service.ts';
import type { EvidenceRequirement } from '../model/service.ts';
import { otherChannelText } from '../other-channel.ts';
import { lawText } from '../field-texts.ts';
import styles from './pane.module.css';

/** The selected service: documents, costs and result; or where else it is available. */
export function ServicePane({ service, onPrint }: { service: PublicService; onPrint?: (() => void) | undefined }) {
  const { t } = useLanguage();
  const { catalog } = useDraftForm();
  const { version } = service;
  return (
    <div className={styles.pane}>
      <div>
        <h2>{t(version?.title)}</h2>
        <p className={styles.quiet}>{t(findAgency(catalog, service)?.displayName)}</p>
      </div>
      {isAvailableHere(service) ? (
        <>
          <RequiredDocuments documents={version?.evidence ?? []} />
          <Costs service={service} />
          <Outputs service={service} />
        </>
      ) : (
        <section>
          <h3>{t(service.paused ? VISIT.paused : VISIT.notHere)}</h3>
          <p>{t(otherChannelText(service))}</p>
        </section>
      )}
      {onPrint && (
        <div className={styles.foot}>
          <Button wide icon={Printer} cap="Ctrl+P" onClick={onPrint}>
            {t(VISIT.printBring)}
          </Button>
        </div>
      )}
    </div>
  );
}

function RequiredDocuments({ documents }: { documents: readonly EvidenceRequirement[] }) {
  const { t } = useLanguage();
  return (
    <section>
      <h3>{t(VISIT.brings)}</h3>
      {documents.length === 0 && <p>{t(VISIT.bringsNothing)}</p>}
      <ul className={styles.papers}>
        {documents.map((document) => {
          const Icon = document.kind === 'identity-document' ? IdCard : FileText;
          return (
            <li key={document.kind}>
              <Icon size={18} aria-hidden="true" />
              <span>
                {t(document.title)} <span className={styles.quiet}>{t(requirementNote(document))}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function requirementNote({ required, when }: EvidenceRequirement) {
  if (when?.answer) return VISIT.onlySometimes;
  if (when) return VISIT.onlyForOther;
  return required ? undefined : VISIT.ifAny;
}

function Costs({ service }: { service: PublicService }) {
  const { t, language } = useLanguage();
  const { version } = service;
  const { plain, reduced } = splitCostOptions(service);
  const reductions = [...new Set(reduced.map(({ reduction }) => reduction))].filter(
    (reduction) => reduction !== undefined,
  );
  return (
    <section>
      <h3>{t(VISIT.costs)}</h3>
      {plain.length === 0 && (
        <p>
          {t(version?.feeNote ?? FEE_TEXTS.unknown)}, {t(version?.termNote ?? TERM_TEXTS.unknown)}
        </p>
      )}
      <dl className={styles.costs}>
        {plain.map((option) => (
          <div key={option.code}>
            <dt>
              {t(option.title)}
              {!option.term && <span className={styles.quiet}>, {t(termText(option))}</span>}
            </dt>
            <dd>{t(feeText(option))}</dd>
          </div>
        ))}
      </dl>
      {reductions.map(({ code, title, legalReason }) => (
        <p key={code}>
          {t(VISIT.freeFor, { who: t(title) })}{' '}
          {legalReason && <span className={styles.quiet}>({lawText(language, legalReason)})</span>}
        </p>
      ))}
    </section>
  );
}

function Outputs({ service }: { service: PublicService }) {
  const { t } = useLanguage();
  const { outputs = [] } = service.version ?? {};
  if (outputs.length === 0) return null;
  return (
    <section>
      <h3>{t(VISIT.gets)}</h3>
      {outputs.map((output) => (
        <p key={`${output.kind} ${output.title.ro}`}>{t(output.title)}</p>
      ))}
    </section>
  );
}
