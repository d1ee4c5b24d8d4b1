import { api } from '../api/client.ts';
import type { AgencyDelivery, AgencyDeliveryDetails } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import applicationStyles from '../application/application.module.css';
import { operatorName } from '../application/operator-name.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { isAgencyManager } from '../session/roles.ts';
import { useSignedIn } from '../session/session.tsx';
import { AGENCY_PAGE } from '../texts/agency-page.ts';
import { GiveToColleague } from './give-to-colleague.tsx';
import { agencyDeliveryQuery, agencyWorkloadQuery } from './queries.ts';

interface AssigneeFactProps {
  id: string;
  delivery: AgencyDelivery;
  /** Names of operators. */
  operators: AgencyDeliveryDetails['operators'];
}

/** Who works on a delivery, and the button that takes it. */
export function AssigneeFact({ id, delivery, operators }: AssigneeFactProps) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const change = useChange({
    send: async ({ assignee }: { assignee?: string }, key: string): Promise<true> => {
      await api.POST('/api/v1/deliveries/{delivery}/assign', {
        params: { path: { delivery: id }, header: { 'Idempotency-Key': key } },
        body: assignee === undefined ? {} : { assignee },
      });
      return true;
    },
    queryKeys: [agencyDeliveryQuery(id).queryKey, ['agency-queue'], agencyWorkloadQuery.queryKey],
  });
  const isOwn = delivery.assignee === operator.name;
  const name = delivery.assignee === undefined ? '' : operatorName(operators, delivery.assignee, t);
  return (
    <div className={applicationStyles.held}>
      <span>
        {t(AGENCY_PAGE.assignee)}: <strong>{name || t(AGENCY_PAGE.unassigned)}</strong>
      </span>
      {!isOwn && (
        <Button onClick={() => void change.submit({})} busy={change.busy}>
          {t(AGENCY_PAGE.take)}
        </Button>
      )}
      {isAgencyManager(operator) && (
        <GiveToColleague
          delivery={delivery}
          busy={change.busy}
          onGive={(assignee) => void change.submit({ assignee })}
        />
      )}
      {change.errorText && (
        <p role="alert" className={applicationStyles.fault}>
          {change.errorText}
        </p>
      )}
    </div>
  );
}
