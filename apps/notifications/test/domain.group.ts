/** Table tests of pure code. */
import './agency-letter.test.ts';
import './compose-notice.test.ts';
import './event-decoder.test.ts';
import './notice.test.ts';
import './slip.test.ts';
import './superseded.test.ts';
import './templates.test.ts';
import './throttle.test.ts';
