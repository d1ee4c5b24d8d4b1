/** Tests of RPCs, against one service. */
import './agency.test.ts';
import './journal.test.ts';
import './oversight.test.ts';
import './reading.test.ts';
import './upload.test.ts';
