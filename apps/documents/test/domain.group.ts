/** Tests without a service. */
import './check-retry.test.ts';
import './chunks.test.ts';
import './retention-terms.test.ts';
import './turns.test.ts';
