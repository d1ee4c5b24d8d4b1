import type { Admin, Kafka } from 'kafkajs';

type Offsets = Map<string, { partition: number; offset: string }[]>;

const fetchCommittedOffsets = async (admin: Admin, groupId: string, topics: string[]): Promise<Offsets> => {
  const found = await admin.fetchOffsets({ groupId, topics });
  return new Map(found.map(({ topic, partitions }) => [topic, partitions.filter(({ offset }) => Number(offset) >= 0)]));
};

/**
 * Copies the committed offsets of a former group ID, so that a renamed group does not start again. Offsets that the
 * new group has committed stay. Names with the prefix.
 * @throws Error if the broker is unavailable, a topic is missing, or another member copies concurrently; retry later
 */
export async function copyGroupOffsets(
  kafka: Kafka,
  { from, to, topics }: { from: string; to: string; topics: string[] },
): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [source, target] = [
      await fetchCommittedOffsets(admin, from, topics),
      await fetchCommittedOffsets(admin, to, topics),
    ];
    for (const [topic, offsets] of source) {
      const own = new Set(target.get(topic)?.map(({ partition }) => partition));
      const partitions = offsets.filter(({ partition }) => !own.has(partition));
      if (partitions.length > 0) await admin.setOffsets({ groupId: to, topic, partitions });
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
