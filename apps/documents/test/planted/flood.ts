import { writeSync } from 'node:fs';

/** Answers more than a document may have, without end. */
writeSync(1, Buffer.from([1]));
for (;;) {
  try {
    writeSync(1, Buffer.alloc(65_536));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}
