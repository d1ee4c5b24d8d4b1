import { api } from '../api/client.ts';
import type { AgencyDelivery } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import applicationStyles from '../application/application.module.css';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSignedIn } from '../session/session.tsx';
import { AGENCY_PAGE } from '../texts/agency-page.ts';
import { agencyDeliveryQuery } from './queries.ts';

/** Who works on a delivery, and the button that takes it. */
export function AssigneeFact({ id, delivery }: { id: string; delivery: AgencyDelivery }) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const change = useChange({
    send: async (_: 'take', key: string): Promise<true> => {
      await api.POST('/api/v1/deliveries/{delivery}/assign', {
        params: { path: { delivery: id }, header: { 'Idempotency-Key': key } },
        body: {},
      });
      return true;
    },
    queryKeys: [agencyDeliveryQuery(id).queryKey, ['agency-queue']],
  });
  const isOwn = delivery.assignee === operator.name;
  const name = isOwn ? operator.displayName : (delivery.assignee?.replace('operators/', '') ?? '');
  return (
    <div className={applicationStyles.held}>
      <span>
        {t(AGENCY_PAGE.assignee)}: <strong>{name || t(AGENCY_PAGE.unassigned)}</strong>
      </span>
      {!isOwn && (
        <Button onClick={() => void change.submit('take')} busy={change.busy}>
          {t(AGENCY_PAGE.take)}
        </Button>
      )}
      {change.errorText && (
        <p role="alert" className={applicationStyles.fault}>
          {change.errorText}
        </p>
      )}
    </div>
  );
}
