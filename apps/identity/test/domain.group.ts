/** Table tests of pure code. */
import './agency-assertion.test.ts';
import './centre-lookup.test.ts';
import './centre-transfers.test.ts';
import './domain.test.ts';
import './mandate-domain.test.ts';
import './mandate-journal.test.ts';
import './periodic-task.test.ts';
import './reconciliation.test.ts';
import './staff-domain.test.ts';
import './staff-journal.test.ts';
