/** Tests of single events and RPCs, against one service. */
import './application-decided.test.ts';
import './application-expired.test.ts';
import './application-passed-on.test.ts';
import './application-submitted.test.ts';
import './application-withdrawn.test.ts';
import './documents-requested.test.ts';
import './erasure.test.ts';
import './event-sequence.test.ts';
import './get-slip.test.ts';
import './ignored-events.test.ts';
import './journal.test.ts';
import './list-notices.test.ts';
import './mandate-codes.test.ts';
import './person-notified.test.ts';
import './result-changed.test.ts';
import './sealed-notices.test.ts';
