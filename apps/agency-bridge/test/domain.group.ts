/** Table tests of pure code. */
import './delivery.test.ts';
import './desk-message.test.ts';
import './envelope.test.ts';
import './event-codecs.test.ts';
import './feed.test.ts';
import './feed-events.test.ts';
import './feed-reader.test.ts';
import './feed-waits.test.ts';
import './feed-watch.test.ts';
import './memory.test.ts';
import './reminders.test.ts';
import './reply.test.ts';
import './unmatched-replies.test.ts';
