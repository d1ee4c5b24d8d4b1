import type { Platform } from '@cups/tools/platform';
import { createKafkaClient } from '../arrivals.ts';

/** Opens a view of how many messages of a topic a consumer group has not committed yet. */
export async function lagOf(platform: Platform, groupId: string, topic: string) {
  const admin = createKafkaClient(platform).admin();
  await admin.connect();
  return {
    now: async (): Promise<number> => {
      const highs = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high]));
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return committed!.partitions.reduce(
        (sum, { partition, offset }) => sum + Number(highs.get(partition)) - Math.max(0, Number(offset)),
        0,
      );
    },
    close: (): Promise<void> => admin.disconnect(),
  };
}
