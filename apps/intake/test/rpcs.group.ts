/**
 * Tests of single RPCs, against one intake. Files that start a second replica run alone, because two relays may send an event
 * twice, and so do files that move the clock by weeks, because the agencies of all other applications become late.
 */
import './shared-intake.ts';
import './access-log.test.ts';
import './agency-clerk.test.ts';
import './casework.test.ts';
import './change-contact.test.ts';
import './collections.test.ts';
import './confirm-arrival.test.ts';
import './correct-application.test.ts';
import './confirm-outcome.test.ts';
import './copies.test.ts';
import './export-person.test.ts';
import './get-application.test.ts';
import './get-application-details.test.ts';
import './get-notice-context.test.ts';
import './get-statistics.test.ts';
import './get-submission.test.ts';
import './hand-over-result.test.ts';
import './history-archive.test.ts';
import './inherited-centres.test.ts';
import './journal.test.ts';
import './list-application-actions.test.ts';
import './list-applications.test.ts';
import './list-queue.test.ts';
import './mandate-applications.test.ts';
import './messages.test.ts';
import './named-mandates.test.ts';
import './desk-chains.test.ts';
import './passing-on.test.ts';
import './quarantined-acts.test.ts';
import './occur-time.test.ts';
import './offline-copies.test.ts';
import './own-application.test.ts';
import './record-payment.test.ts';
import './renew-application.test.ts';
import './sealed-acts.test.ts';
import './search-applications.test.ts';
import './search-by-name.test.ts';
import './supply-documents.test.ts';
import './track-application.test.ts';
import './training.test.ts';
import './update-application.test.ts';
import './withdraw-application.test.ts';
