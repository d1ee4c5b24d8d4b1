import { ConfirmArrivalButton } from '../application/confirm-arrival-button.tsx';
import { useApplicationAction } from '../application/use-application-action.ts';

/** The main button of a result on its way, in the preview. */
export default function Arrival({ application }: { application: string }) {
  const action = useApplicationAction(application);
  if (action.isPending('confirm-arrival')) return null;
  return (
    <>
      <ConfirmArrivalButton variant="filled" action={action} />
      {action.errorText && <p role="alert">{action.errorText}</p>}
    </>
  );
}
