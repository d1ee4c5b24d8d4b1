"""An agency's system in one file: it takes applications, asks for papers where there are none, and decides.

What is kept (SQLite), and in which order things happen, is the lesson: a message's effect, its ce_id and the replies to it
are one transaction; then the replies go out; then the offset is committed. A crash at any point repeats a step, and no
step has a second effect: the ce_id of a reply comes from that of its request.
"""

import json
import os
import signal
import sqlite3
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone

from confluent_kafka import Consumer, KafkaException, Producer

AGENCY = os.environ["CUPS_AGENCY"]
PREFIX = os.environ.get("CUPS_PREFIX", "")
WORK_SECONDS = float(os.environ.get("AGENCY_WORK_SECONDS", "0.3"))  # How long a case takes here.

db = sqlite3.connect(os.environ.get("AGENCY_DB", "agency.db"), isolation_level=None)
db.row_factory = sqlite3.Row
db.executescript("""
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS cases (delivery TEXT PRIMARY KEY, application TEXT, request TEXT, correlation TEXT,
                                    state TEXT, due REAL, submission INTEGER);
  CREATE TABLE IF NOT EXISTS outbox (n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, headers TEXT, value TEXT);
""")

with open(os.environ["KAFKA_PASSWORD_FILE"], encoding="utf-8") as file:
    KAFKA = {
        "bootstrap.servers": os.environ["KAFKA_BROKERS"],
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": os.environ["KAFKA_CA_FILE"],
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": os.environ.get("KAFKA_USER", f"{PREFIX}agency.{AGENCY}"),
        "sasl.password": file.read().strip(),
    }


def now() -> datetime:
    return datetime.now(timezone.utc)


def reply(case: dict, kind: str, content: dict) -> None:
    """Puts a reply into the outbox, in the transaction that is open."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{AGENCY}/{case['request']}/{kind}")),
        "ce_source": f"/agencies/{AGENCY}",
        "ce_type": f"md.cups.reply.{kind}.v1",
        "ce_subject": f"deliveries/{case['delivery']}",
        "ce_time": now().isoformat(),
        "ce_dataschema": f"urn:cups:agency:v1:reply.{kind}",
        "ce_causationid": case["request"],
        "content-type": "application/json",
        **({"ce_correlationid": case["correlation"]} if case["correlation"] else {}),
    }
    value = {"application": case["application"], "submission": case["submission"],  # What was seen when it replied.
             "agencyReference": reference(case), **content}
    row = (case["delivery"], json.dumps(headers), json.dumps(value, ensure_ascii=False))
    db.execute("INSERT INTO outbox (key, headers, value) VALUES (?, ?, ?)", row)


def keep(case: dict, state: str) -> None:
    row = (case["delivery"], case["application"], case["request"], case["correlation"], state, time.time() + WORK_SECONDS,
           case["submission"])
    db.execute("INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def reference(case: dict) -> str:
    return f"{AGENCY}-{case['delivery'][16:26]}"


def handle(headers: dict, key: str, value: bytes) -> None:
    """The effect of one message. Headers, properties and types that are not known are passed over."""
    kind = headers.get("ce_type", "").removeprefix("md.cups.").rpartition(".v")[0]
    content = json.loads(value)
    if kind == "reply.refused":  # For an engineer; nothing is answered.
        print("refused:", content, file=sys.stderr, flush=True)
    elif kind in ("application.withdrawn", "application.expired"):
        db.execute("UPDATE cases SET state = 'closed' WHERE delivery = ?", (key,))
    elif kind in ("application.submitted", "application.documents-supplied"):
        case = {"delivery": key, "application": content["application"], "request": headers["ce_id"],
                "correlation": headers.get("ce_correlationid", ""), "submission": content["submission"]}
        reply(case, "acknowledged", {})
        if content["submission"] == 1 and not content["evidence"]:
            until = (now() + timedelta(days=14)).date().isoformat()
            reply(case, "documents-requested", {"documents": [{"kind": "identity-document"}], "answerBy": until})
            keep(case, "waiting")
        else:
            keep(case, "working")


def decide(case: dict) -> None:
    result = {"kind": "paper", "number": f"{reference(case)}-R"}
    reply(case, "decided", {"outcome": "approved", "result": result, "decideTime": now().isoformat()})
    db.execute("UPDATE cases SET state = 'decided' WHERE delivery = ?", (case["delivery"],))


def send(producer: Producer) -> None:
    """Sends the outbox in its order, and forgets what the broker has on all replicas."""
    failed = []
    rows = db.execute("SELECT n, key, headers, value FROM outbox ORDER BY n").fetchall()
    for _, key, headers, value in rows:
        producer.produce(f"{PREFIX}agency.{AGENCY}.replies", value, key, headers=list(json.loads(headers).items()),
                         on_delivery=lambda error, _: error and failed.append(error))
    producer.flush()
    if failed:
        raise KafkaException(failed[0])
    if rows:
        db.execute("DELETE FROM outbox WHERE n <= ?", (rows[-1][0],))


def main() -> None:
    stopping = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.append(True))
    # Java's own client hashes keys by murmur2; librdkafka must be told to.
    producer = Producer({**KAFKA, "partitioner": "murmur2_random", "enable.idempotence": True})
    consumer = Consumer({**KAFKA, "group.id": f"{PREFIX}{AGENCY}.cases", "group.instance.id": "one",
                         "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([f"{PREFIX}agency.{AGENCY}.requests"])
    try:
        while not stopping:
            message = consumer.poll(0.1)
            if message is not None and message.error():  # The client itself goes on from what it tells so.
                print("kafka:", message.error(), file=sys.stderr, flush=True)
            elif message is not None:
                headers = {name: text.decode() for name, text in message.headers() or [] if text is not None}
                with_id = f"{headers.get('ce_source')} {headers.get('ce_id')}"
                db.execute("BEGIN")
                if db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (with_id,)).rowcount == 1:
                    handle(headers, message.key().decode(), message.value())
                db.execute("COMMIT")
            for case in db.execute("SELECT * FROM cases WHERE state = 'working' AND due <= ?", (time.time(),)).fetchall():
                db.execute("BEGIN")
                decide(dict(case))
                db.execute("COMMIT")
            send(producer)
            if message is not None and not message.error():
                consumer.commit(message=message)  # One that fails is made up for by the next.
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
