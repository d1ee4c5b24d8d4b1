/** Kafka client configurations for an agency's engineers, with a placeholder for the password. */

export interface ClientConnection {
  brokers: string;
  user: string;
  requests: string;
  replies: string;
  group: string;
  /** Whether the brokers require TLS and sign-in; false with `--open`. */
  closed: boolean;
}

const PASSWORD = '<password>';
const CA = 'ca.crt';

const java = ({ brokers, user, group, closed }: ClientConnection): string[] => [
  `bootstrap.servers=${brokers}`,
  ...(closed
    ? [
        'security.protocol=SASL_SSL',
        'sasl.mechanism=SCRAM-SHA-512',
        `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${PASSWORD}";`,
        'ssl.truststore.type=PEM',
        `ssl.truststore.location=${CA}`,
      ]
    : []),
  `group.id=${group}`,
  'auto.offset.reset=earliest',
  'enable.auto.commit=false',
  'acks=all',
  'enable.idempotence=true',
];

const librdkafka = ({ brokers, user, group, closed }: ClientConnection): string[] => [
  `bootstrap.servers=${brokers}`,
  ...(closed
    ? [
        'security.protocol=SASL_SSL',
        'sasl.mechanisms=SCRAM-SHA-512',
        `sasl.username=${user}`,
        `sasl.password=${PASSWORD}`,
        `ssl.ca.location=${CA}`,
      ]
    : []),
  `group.id=${group}`,
  'auto.offset.reset=earliest',
  'enable.auto.commit=false',
  'acks=all',
  'enable.idempotence=true',
  '# The partitioner of Java, so that all producers keep the order of a key.',
  'partitioner=murmur2_random',
];

const aiokafka = ({ brokers, user, requests, group, closed }: ClientConnection): string[] => [
  'import ssl',
  'from aiokafka import AIOKafkaConsumer, AIOKafkaProducer',
  '',
  'ways = dict(',
  `    bootstrap_servers="${brokers}",`,
  ...(closed
    ? [
        '    security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512",',
        `    sasl_plain_username="${user}", sasl_plain_password="${PASSWORD}",`,
        `    ssl_context=ssl.create_default_context(cafile="${CA}"),`,
      ]
    : []),
  ')',
  `consumer = AIOKafkaConsumer("${requests}", group_id="${group}", auto_offset_reset="earliest", enable_auto_commit=False, **ways)`,
  'producer = AIOKafkaProducer(acks="all", enable_idempotence=True, **ways)',
];

const kafkajs = ({ brokers, user, requests, group, closed }: ClientConnection): string[] => [
  'const kafka = new Kafka({',
  `  brokers: ${JSON.stringify(brokers.split(','))},`,
  ...(closed
    ? [
        `  ssl: { ca: readFileSync('${CA}', 'utf8') },`,
        `  sasl: { mechanism: 'scram-sha-512', username: '${user}', password: '${PASSWORD}' },`,
      ]
    : []),
  '});',
  `const consumer = kafka.consumer({ groupId: '${group}', allowAutoTopicCreation: false });`,
  `await consumer.subscribe({ topic: '${requests}', fromBeginning: true });`,
  'const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });',
];

export const CLIENTS = { java, librdkafka, aiokafka, kafkajs };
