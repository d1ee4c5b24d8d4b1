import type { Application, Registry } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { papersFact, ServiceSubject, whatItTakes } from './application-paper.tsx';
import { agencyName, settingOf } from './named.ts';
import { NumberBox, Paper, PaperFacts, Two } from './paper.tsx';
import { PersonLines } from './people.tsx';
import { trackingPage } from './qr.tsx';

/** What the person takes home when it was filed: the number, where to ask, and until when the answer comes. */
export function ReceiptPaper({ application, registry }: { application: Application; registry: Registry }) {
  const { applicant, represented, trackingNumber } = application;
  return (
    <Paper setting={settingOf(registry, application)} title={<Two words={PRINT.receiptTitle} />}>
      <ServiceSubject filed={application} />
      <PaperFacts
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          represented && [PRINT.represented, <PersonLines person={represented} />],
          [PRINT.agency, <Two words={agencyName(registry, application.agency)} />],
          ...whatItTakes(application, registry),
          papersFact(application, registry),
        ]}
      />
      {trackingNumber && (
        <NumberBox label={<Two words={PRINT.number} />} number={trackingNumber}>
          <p>
            <Two words={PRINT.follow} params={{ address: trackingPage() }} />
          </p>
          <p>
            <Two words={PRINT.keepNumber} />
          </p>
        </NumberBox>
      )}
    </Paper>
  );
}
