import type { Admin, Kafka } from 'kafkajs';

type Offsets = Map<string, { partition: number; offset: string }[]>;

const offsetsOf = async (admin: Admin, groupId: string, topics: string[]): Promise<Offsets> => {
  const found = await admin.fetchOffsets({ groupId, topics });
  return new Map(found.map(({ topic, partitions }) => [topic, partitions.filter(({ offset }) => Number(offset) >= 0)]));
};

/**
 * Gives a group that is new under its name the committed offsets that another had for the same topics, so that a renamed group does
 * not read everything again. What the new group has committed itself stays. Names with the prefix.
 *
 * @throws Error when the broker is away, a topic is missing, or another member is doing the same at this moment: again later
 */
export async function inheritOffsets(
  kafka: Kafka,
  { from, to, topics }: { from: string; to: string; topics: string[] },
): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [had, has] = [await offsetsOf(admin, from, topics), await offsetsOf(admin, to, topics)];
    for (const [topic, offsets] of had) {
      const own = new Set(has.get(topic)?.map(({ partition }) => partition));
      const partitions = offsets.filter(({ partition }) => !own.has(partition));
      if (partitions.length > 0) await admin.setOffsets({ groupId: to, topic, partitions });
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
