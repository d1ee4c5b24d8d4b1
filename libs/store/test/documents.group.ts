/** Tests of one store, in which each file has a database of its own. */
import './concurrent-writers.test.ts';
import './documents.test.ts';
import './event-park.test.ts';
import './refusals.test.ts';
import './sealed-documents.test.ts';
import './store-errors.test.ts';
