/** Tests of single events, replies and RPCs, against one bridge. */
import './application-expired.test.ts';
import './application-submitted.test.ts';
import './application-corrected.test.ts';
import './application-withdrawn.test.ts';
import './copies.test.ts';
import './counting.test.ts';
import './documents-supplied.test.ts';
import './get-delivery.test.ts';
import './journal.test.ts';
import './list-deliveries.test.ts';
import './list-refused-messages.test.ts';
import './passed-on.test.ts';
// Causes refusals, which that test counts.
import './application-erased.test.ts';
import './refused-replies.test.ts';
import './replies.test.ts';
import './result-documents.test.ts';
// Last: its refused messages stay in the list of the topic, which another test counts.
import './desk-messages.test.ts';
