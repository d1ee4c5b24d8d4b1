/** Tests without a service. */
import './chunks.test.ts';
import './retention-terms.test.ts';
