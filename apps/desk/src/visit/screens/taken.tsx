import { useSignedIn } from '../../session/session.tsx';
import { toApplication } from '../draft-application.ts';
import { useDraftForm } from '../draft-form.tsx';
import { ReceiptScreen } from './receipt.tsx';

/** The receipt of a draft that was taken at the desk and waits for the platform. */
export function TakenScreen() {
  const form = useDraftForm();
  const { session } = useSignedIn();
  const { takenAt = '', trackingNumber } = form.draft;
  return (
    <ReceiptScreen
      application={Object.assign({}, toApplication(form, session), { trackingNumber })}
      takenAt={takenAt}
    />
  );
}
