import type { Admin, Kafka } from 'kafkajs';

type Offsets = Map<string, { partition: number; offset: string }[]>;

const fetchCommittedOffsets = async (admin: Admin, groupId: string, topics: string[]): Promise<Offsets> => {
  const found = await admin.fetchOffsets({ groupId, topics });
  return new Map(found.map(({ topic, partitions }) => [topic, partitions.filter(({ offset }) => Number(offset) >= 0)]));
};

/**
 * Gives a group that is new under its name the committed offsets that another had for the same topics, so that a renamed group does
 * not read everything again. What the new group has committed itself stays. Names with the prefix.
 *
 * @throws Error when the broker is away, a topic is missing, or another member is doing the same at this moment: again later
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
