/** Tests of parts that need no store. */
import './grouped-writes.test.ts';
import './grouping.test.ts';
import './journal-entries.test.ts';
import './keyed-mutex.test.ts';
import './next-document.test.ts';
import './preconditions.test.ts';
import './probe.test.ts';
import './queue.test.ts';
import './settle-updates.test.ts';
