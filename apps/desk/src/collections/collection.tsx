import { useQuery } from '@tanstack/react-query';
import { PackageCheck, Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { sanitizeCode, toCivilDate } from '@cups/application';
import { ACTION_TEXTS, RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { Collection } from '../api/types.ts';
import { useApplicationAction } from '../application/use-application-action.ts';
import { Quotation } from '../application/state-block.tsx';
import applicationStyles from '../application/application.module.css';
import stateStyles from '../application/state-block.module.css';
import { findRevocation } from '../documents/replacement.ts';
import { ResultDocuments } from '../documents/lazy-result-documents.tsx';
import { useHandOverPrintout } from '../handover/printout-preview.tsx';
import { initialHandOverForm } from '../handover/hand-over-form.ts';
import { useKeys } from '../keys/keys.tsx';
import { onDate, shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { usePrintout } from '../print/printing.tsx';
import { isRevoked } from '../queue/row-texts.ts';
import { StatusIcon } from '../queue/status-icon.tsx';
import { APPLICATION } from '../texts/application.ts';
import { STATE_BLOCK } from '../texts/state-block.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { HAND_OVER } from '../texts/hand-over.ts';
import { COLLECTIONS } from '../texts/collections.ts';
import { KEYS } from '../texts/keys.ts';
import { SESSION } from '../texts/session.ts';
import { useCentreNames } from './centre-names.ts';
import { describeCollection } from './collection-texts.ts';
import { collectionQuery } from './collections-api.ts';

/** The result of another centre's application: whose it is, what it is, and the next step here. */
export default function CollectionScreen({ id }: { id: string }) {
  const [, go] = useLocation();
  const collection = useQuery(Object.assign({ refetchOnMount: 'always' as const }, collectionQuery(id)));
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go('/collections') }]);
  if (!collection.data) return <LoadScreen error={collection.error} onRetry={() => void collection.refetch()} />;
  return <CollectionView collection={collection.data} />;
}

function CollectionView({ collection }: { collection: Collection }) {
  const { t } = useLanguage();
  const { decision } = collection;
  const { tone, icon, title } = describeCollection(collection);
  return (
    <Screen>
      <div className={applicationStyles.page}>
        <CollectionHeader collection={collection} />
        <section className={`${stateStyles.block} ${stateStyles.full} ${stateStyles[tone]}`} aria-label={t(title)}>
          <div className={stateStyles.head}>
            <StatusIcon name={icon} tone={tone} size={22} />
            <div className={stateStyles.words}>
              <h2>{t(title)}</h2>
              <StateMore collection={collection} />
            </div>
          </div>
          <div className={stateStyles.body}>
            <ResultFacts collection={collection} />
            {decision && (
              <ResultDocuments
                application={collection}
                result={decision}
                number={decision.resultNumber}
                replacement={findRevocation(decision)}
              />
            )}
            <Quotation message={decision?.reason} />
            <CollectionActions collection={collection} />
          </div>
        </section>
        <p className={applicationStyles.quiet}>{t(COLLECTIONS.askThere)}</p>
      </div>
    </Screen>
  );
}

function CollectionHeader({ collection }: { collection: Collection }) {
  const { t } = useLanguage();
  const { applicant, represented, serviceTitle, centre, training } = collection;
  const centreName = useCentreNames(true);
  return (
    <div className={applicationStyles.head}>
      <nav aria-label={t(SESSION.queue)}>
        <Link href="/">{t(SESSION.queue)}</Link> › <Link href="/collections">{t(COLLECTIONS.title)}</Link>
      </nav>
      <Title>{t(serviceTitle)}</Title>
      <p>
        <strong>{personName(applicant)}</strong>
        {represented && <span> · {`${t(APPLICATION_FACTS.represented)}: ${personName(represented)}`}</span>}
        <span> · {t(COLLECTIONS.filedAt, { centre: centreName(centre) })}</span>
      </p>
      {training && <Banner kind="practice">{t(SESSION.practice)}</Banner>}
    </div>
  );
}

function StateMore({ collection }: { collection: Collection }) {
  const { t, language } = useLanguage();
  const { state, decision, handOver } = collection;
  if (state === 'handed-over') {
    const date = handOver?.handOverTime ? toCivilDate(new Date(handOver.handOverTime)) : today();
    return <p>{t(COLLECTIONS.handedOverMore, { day: onDate(date, language), date: shortDate(date) })}</p>;
  }
  if (isRevoked(collection)) return <p>{t(STATE_BLOCK.revokedMore)}</p>;
  return <p>{t(decision?.awaitsArrival ? COLLECTIONS.onTheWayMore : COLLECTIONS.more)}</p>;
}

function ResultFacts({ collection: { decision, handOver } }: { collection: Collection }) {
  const { t } = useLanguage();
  const day = (instant: string | undefined) => (instant ? shortDate(toCivilDate(new Date(instant))) : '');
  return (
    <Facts
      facts={[
        [t(APPLICATION_FACTS.result), decision?.resultKind ? t(RESULT_KIND_TEXTS[decision.resultKind]) : ''],
        [t(HAND_OVER.numberShort), decision?.resultNumber ? sanitizeCode(decision.resultNumber) : ''],
        [t(APPLICATION_FACTS.code), decision?.verificationCode ? sanitizeCode(decision.verificationCode) : ''],
        [t(HAND_OVER.issued), day(decision?.decideTime)],
        [t(APPLICATION_FACTS.validUntil), decision?.validUntil ? shortDate(decision.validUntil) : ''],
        [t(COLLECTIONS.collectedBy), handOver?.collectorName ?? ''],
      ]}
    />
  );
}

/** Confirms the arrival of a paper result, opens the hand-over, and prints its confirmation afterwards. */
function CollectionActions({ collection }: { collection: Collection }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const { id, allowedActions } = collection;
  const action = useApplicationAction(id, collectionQuery(id).queryKey);
  const isHandingOver = action.isPending('collections/hand-over');
  const canHandOver = allowedActions.includes('hand-over') && !isHandingOver;
  const canConfirm =
    allowedActions.includes('confirm-arrival') && !isHandingOver && !action.isPending('collections/confirm-arrival');
  const handOver = () => go(`/collections/${id}/hand-over`);
  const confirm = () => void action.run('collections/confirm-arrival');
  useKeys([
    canHandOver && { code: 'KeyH', label: KEYS.handOver, run: handOver },
    canConfirm && { code: 'KeyR', label: KEYS.arrival, run: confirm },
    (canConfirm || canHandOver) && { code: 'Ctrl+Enter', label: KEYS.main, run: canConfirm ? confirm : handOver },
  ]);
  return (
    <>
      <div className={applicationStyles.ways}>
        {canConfirm && (
          <Button
            variant="filled"
            cap="KeyR"
            icon={PackageCheck}
            busy={action.busy !== undefined}
            busyText={t(APPLICATION.sending)}
            onClick={confirm}
          >
            {t(ACTION_TEXTS['confirm-arrival'])}
          </Button>
        )}
        {canHandOver && (
          <Button variant={canConfirm ? 'outlined' : 'filled'} cap="KeyH" onClick={handOver}>
            {t(ACTION_TEXTS['hand-over'])}
          </Button>
        )}
        {collection.handOver && <PrintConfirmation collection={collection} />}
      </div>
      {isHandingOver && <p role="status">{t(HAND_OVER.doneWaits)}</p>}
      {(action.errorText || action.staleErrorText) && (
        <p role="alert" className={applicationStyles.fault}>
          {action.errorText || action.staleErrorText}
        </p>
      )}
    </>
  );
}

function PrintConfirmation({ collection }: { collection: Collection }) {
  const { t } = useLanguage();
  const print = usePrintout(useHandOverPrintout(collection, initialHandOverForm(collection)));
  useKeys([{ code: 'KeyP', label: KEYS.print, run: print }]);
  return (
    <Button icon={Printer} cap="KeyP" onClick={print}>
      {t(HAND_OVER.print)}
    </Button>
  );
}
