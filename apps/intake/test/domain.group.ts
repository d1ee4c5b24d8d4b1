/** Table tests of pure code. */
import './agency-updates.test.ts';
import './arrival.test.ts';
import './delivery-event.test.ts';
import './documents.test.ts';
import './escalation.test.ts';
import './filing.test.ts';
import './history.test.ts';
import './lifecycle.test.ts';
import './mandates.test.ts';
import './passing-on-rules.test.ts';
import './person-copy.test.ts';
import './queue.test.ts';
import './requirements.test.ts';
import './result-delivery.test.ts';
import './search-hasher.test.ts';
import './terms.test.ts';
import './working-times.test.ts';
