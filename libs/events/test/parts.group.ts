/** Tests of parts that need no broker. */
import './access.test.ts';
import './acls.test.ts';
import './commit-plan.test.ts';
import './envelope.test.ts';
import './event-handler.test.ts';
import './event-park.test.ts';
import './expectations.test.ts';
import './fetch-tracker.test.ts';
import './message-processor.test.ts';
import './offset-window.test.ts';
import './progress.test.ts';
import './send-or-isolate.test.ts';
import './spans.test.ts';
import './stop.test.ts';
